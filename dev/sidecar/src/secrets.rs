//! Secrets, from a file of JSON: `{"smtp": {"user": "…"}}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use serde::Deserialize;

use crate::access::Access;
use crate::answer::{Answer, Failure, broken, fail, ok};
use crate::component::Component;

/// The secret stores, by name.
#[derive(Default)]
pub struct Secrets(BTreeMap<String, Store>);

struct Store {
    file: PathBuf,
    secrets: BTreeMap<String, BTreeMap<String, String>>,
}

/// Numbers and deeper objects are left out: what real Dapr makes of them is of no use.
#[derive(Deserialize)]
#[serde(untagged)]
enum Secret {
    One(String),
    Many(BTreeMap<String, String>),
}

impl Secrets {
    pub const KIND: &str = "secretstores.local.file";

    /// Reads what the stores among these components name, in a folder.
    pub fn open(components: &[Component], folder: &Path) -> Result<Self> {
        let mut stores = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Self::KIND) {
            let values = component.values(&Self::default(), &["secretsFile", "multiValued"])?;
            ensure!(values.get("multiValued") == "true", "the component {} must be multiValued", component.name);
            let file = folder.join(values.required("secretsFile")?);
            let text =
                std::fs::read(&file).with_context(|| format!("cannot read the secrets in {}", file.display()))?;
            let secrets: BTreeMap<String, Secret> = serde_json::from_slice(&text)
                .with_context(|| format!("{}: a secret is a text, or an object of texts", file.display()))?;
            let values = |(name, secret): (String, Secret)| match secret {
                Secret::One(value) => (name.clone(), BTreeMap::from([(name, value)])),
                Secret::Many(values) => (name, values),
            };
            let secrets = secrets.into_iter().map(values).collect();
            stores.insert(component.name.clone(), Store { file, secrets });
        }
        Ok(Self(stores))
    }

    /// One value of a secret, for a component.
    pub fn value(&self, store: &str, name: &str, key: &str) -> Result<String> {
        let Store { file, secrets } = self.0.get(store).with_context(|| format!("there is no secret store {store}"))?;
        let value = secrets.get(name).and_then(|values| values.get(key));
        value.cloned().with_context(|| format!("{} has no {key} in {name}", file.display()))
    }

    pub fn get(&self, store: &str, name: &str, access: &Access) -> Result<Answer, Failure> {
        let found = self.store(store)?;
        if !access.shows(store, name) {
            let message = format!("access denied by policy to get \"{name}\" from \"{store}\"");
            return fail(StatusCode::FORBIDDEN, "ERR_PERMISSION_DENIED", message);
        }
        match found.secrets.get(name) {
            Some(values) => Ok(ok(values)),
            None => broken(
                "ERR_SECRET_GET",
                format!("failed getting secret with key {name} from secret store {store}: secret {name} not found"),
            ),
        }
    }

    pub fn all(&self, store: &str, access: &Access) -> Result<Answer, Failure> {
        let secrets = &self.store(store)?.secrets;
        Ok(ok(&secrets.iter().filter(|(name, _)| access.shows(store, name)).collect::<BTreeMap<_, _>>()))
    }

    fn store(&self, name: &str) -> Result<&Store, Failure> {
        if self.0.is_empty() {
            return broken("ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
        }
        let message = format!("failed finding secret store with key {name}");
        self.0.get(name).map_or_else(|| fail(StatusCode::UNAUTHORIZED, "ERR_SECRET_STORE_NOT_FOUND", message), Ok)
    }
}
