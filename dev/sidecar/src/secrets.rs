//! Secret stores: JSON files such as `{"smtp": {"user": "…"}}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::access::Access;
use crate::component::{Component, MetadataItem, SecretKeyRef, Values};
use crate::response::{ApiError, ApiResponse, internal_error, ok, reject};

/// Secret stores by name.
#[derive(Default)]
pub struct SecretStores(BTreeMap<String, SecretStore>);

struct SecretStore {
    file: PathBuf,
    secrets: BTreeMap<String, BTreeMap<String, String>>,
}

/// A secret in the file. Numbers and deeper objects are rejected: real Dapr turns them into unusable text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Secret {
    Single(String),
    Multiple(BTreeMap<String, String>),
}

impl SecretStores {
    pub const KIND: &str = "secretstores.local.file";

    /// Reads the files that the secret stores among the components name, relative to a folder.
    pub fn open(components: &[Component], folder: &Path) -> Result<Self> {
        let mut stores = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Self::KIND) {
            let values = Self::default().resolve(component, &["secretsFile", "multiValued"])?;
            ensure!(
                values.get("multiValued") == "true",
                "the component {} must be multiValued",
                component.name
            );
            let file = folder.join(values.required("secretsFile")?);
            let text = std::fs::read(&file)
                .with_context(|| format!("cannot read the secrets in {}", file.display()))?;
            let secrets: BTreeMap<String, Secret> = serde_json::from_slice(&text).with_context(|| {
                format!("{}: a secret must be a string or an object of strings", file.display())
            })?;
            let entry = |(name, secret): (String, Secret)| match secret {
                Secret::Single(value) => (name.clone(), BTreeMap::from([(name, value)])),
                Secret::Multiple(values) => (name, values),
            };
            let secrets = secrets.into_iter().map(entry).collect();
            stores.insert(component.name.clone(), SecretStore { file, secrets });
        }
        Ok(Self(stores))
    }

    /// Returns the metadata of a component with its secrets filled in. An item that is not in `supported` is
    /// an error, as real Dapr might act on it.
    pub fn resolve(&self, component: &Component, supported: &[&str]) -> Result<Values> {
        let mut values = BTreeMap::new();
        for item in &component.metadata {
            ensure!(
                supported.contains(&item.name.as_str()),
                "the component {} has `{}`, which this sidecar does not support: it supports {}",
                component.name,
                item.name,
                supported.join(", ")
            );
            values.insert(item.name.clone(), self.value(component, item)?);
        }
        Ok(Values::new(&component.name, values))
    }

    /// Fails if a secret that a component refers to does not exist.
    pub fn check(&self, component: &Component) -> Result<()> {
        component.metadata.iter().try_for_each(|item| self.value(component, item).map(drop))
    }

    /// Handles `GET /v1.0/secrets/{store}/{name}`.
    pub fn get(&self, store: &str, name: &str, access: &Access) -> Result<ApiResponse, ApiError> {
        let found = self.store(store)?;
        if !access.allows_secret(store, name) {
            let message = format!("access denied by policy to get \"{name}\" from \"{store}\"");
            return reject(StatusCode::FORBIDDEN, "ERR_PERMISSION_DENIED", message);
        }
        match found.secrets.get(name) {
            Some(values) => Ok(ok(values)),
            None => internal_error(
                "ERR_SECRET_GET",
                format!(
                    "failed getting secret with key {name} from secret store {store}: secret {name} not found"
                ),
            ),
        }
    }

    /// Handles `GET /v1.0/secrets/{store}/bulk`.
    pub fn get_all(&self, store: &str, access: &Access) -> Result<ApiResponse, ApiError> {
        let secrets = &self.store(store)?.secrets;
        Ok(ok(&secrets
            .iter()
            .filter(|(name, _)| access.allows_secret(store, name))
            .collect::<BTreeMap<_, _>>()))
    }

    fn store(&self, name: &str) -> Result<&SecretStore, ApiError> {
        if self.0.is_empty() {
            return internal_error("ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
        }
        let message = format!("failed finding secret store with key {name}");
        self.0
            .get(name)
            .map_or_else(|| reject(StatusCode::UNAUTHORIZED, "ERR_SECRET_STORE_NOT_FOUND", message), Ok)
    }

    fn value(&self, component: &Component, item: &MetadataItem) -> Result<String> {
        let Some(SecretKeyRef { name, key }) = &item.secret_key_ref else {
            return Ok(match &item.value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
        };
        let Some(store) = &component.secret_store else {
            bail!("the component {} refers to secrets, but has no auth.secretStore", component.name);
        };
        let secret = self.secret(store, name, key.as_ref().unwrap_or(name));
        secret
            .with_context(|| format!("the component {} needs a secret for its {}", component.name, item.name))
    }

    fn secret(&self, store: &str, name: &str, key: &str) -> Result<String> {
        let SecretStore { file, secrets } =
            self.0.get(store).with_context(|| format!("there is no secret store {store}"))?;
        let value = secrets.get(name).and_then(|values| values.get(key));
        value.cloned().with_context(|| format!("{} has no {key} in {name}", file.display()))
    }
}
