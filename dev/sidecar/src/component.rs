//! A component of the files, with the values that it is given, some of them from the secrets.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::secrets::Secrets;

/// A component, as it is declared.
#[derive(Debug)]
pub struct Component {
    pub name: String,
    pub kind: String,
    pub version: String,
    secret_store: Option<String>,
    items: Vec<Item>,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(rename = "type")]
    kind: String,
    version: String,
    #[serde(default)]
    metadata: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    name: String,
    #[serde(default)]
    value: Value,
    secret_key_ref: Option<SecretKey>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretKey {
    name: String,
    key: Option<String>,
}

impl Component {
    pub fn read(name: &str, spec: &Value, auth: &Value, scopes: Vec<String>) -> Result<Self> {
        let Spec { kind, version, metadata } =
            Spec::deserialize(spec).with_context(|| format!("the component {name} cannot be read"))?;
        let secret_store = auth["secretStore"].as_str().map(str::to_owned);
        Ok(Self { name: name.to_owned(), kind, version, secret_store, items: metadata, scopes })
    }

    /// Whether the sidecar of that app id has it.
    pub fn is_for(&self, app: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|scope| scope == app)
    }

    /// What it is told. What it does not know here would mean something to real Dapr, so that is an error.
    pub fn values(&self, secrets: &Secrets, known: &[&str]) -> Result<Values> {
        let mut values = BTreeMap::new();
        for item in &self.items {
            ensure!(
                known.contains(&item.name.as_str()),
                "the component {} has `{}`, which means nothing to this sidecar: it knows {}",
                self.name,
                item.name,
                known.join(", ")
            );
            values.insert(item.name.clone(), self.value(item, secrets)?);
        }
        Ok(Values { component: self.name.clone(), values })
    }

    /// Whether all secrets that it names are there.
    pub fn check(&self, secrets: &Secrets) -> Result<()> {
        self.items.iter().try_for_each(|item| self.value(item, secrets).map(drop))
    }

    fn value(&self, item: &Item, secrets: &Secrets) -> Result<String> {
        let Some(SecretKey { name, key }) = &item.secret_key_ref else {
            return Ok(match &item.value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
        };
        let Some(store) = &self.secret_store else {
            bail!("the component {} takes secrets and has no auth.secretStore to take them from", self.name);
        };
        let found = secrets.value(store, name, key.as_ref().unwrap_or(name));
        found.with_context(|| format!("the component {} needs a secret for its {}", self.name, item.name))
    }
}

/// What a component is told, passwords among it; what is absent is empty, as with Dapr.
pub struct Values {
    component: String,
    values: BTreeMap<String, String>,
}

impl Values {
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    pub fn required(&self, name: &str) -> Result<&str> {
        let value = self.get(name);
        ensure!(!value.is_empty(), "the component {} has no {name}", self.component);
        Ok(value)
    }
}
