//! A component as its file declares it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug)]
pub struct Component {
    pub name: String,
    pub kind: String,
    pub version: String,
    pub secret_store: Option<String>,
    pub metadata: Vec<MetadataItem>,
    pub scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetadataItem {
    pub name: String,
    #[serde(default)]
    pub value: Value,
    pub secret_key_ref: Option<SecretKeyRef>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretKeyRef {
    pub name: String,
    pub key: Option<String>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(rename = "type")]
    kind: String,
    version: String,
    #[serde(default)]
    metadata: Vec<MetadataItem>,
}

impl Component {
    pub fn parse(name: &str, spec: &Value, auth: &Value, scopes: Vec<String>) -> Result<Self> {
        let Spec { kind, version, metadata } =
            Spec::deserialize(spec).with_context(|| format!("the component {name} cannot be read"))?;
        let secret_store = auth["secretStore"].as_str().map(str::to_owned);
        Ok(Self { name: name.to_owned(), kind, version, secret_store, metadata, scopes })
    }

    /// True if the sidecar of an app id loads the component.
    pub fn is_in_scope_of(&self, app_id: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|scope| scope == app_id)
    }

    /// Returns the text that the file itself gives to a metadata item.
    pub fn literal(&self, name: &str) -> Option<&str> {
        self.metadata.iter().rfind(|item| item.name == name)?.value.as_str()
    }
}

/// Metadata of a component with its secrets filled in. An absent item is empty, as in Dapr.
pub struct Values {
    component: String,
    values: BTreeMap<String, String>,
}

impl Values {
    pub fn new(component: &str, values: BTreeMap<String, String>) -> Self {
        Self { component: component.to_owned(), values }
    }

    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    pub fn required(&self, name: &str) -> Result<&str> {
        let value = self.get(name);
        ensure!(!value.is_empty(), "the component {} has no {name}", self.component);
        Ok(value)
    }
}
