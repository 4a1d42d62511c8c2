//! What functions may call of the sidecar, and which secrets they may read.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;

/// What a Configuration lets functions do. Without one, all.
#[derive(Debug, Default)]
pub struct Access {
    /// Building blocks with their versions.
    apis: Option<Vec<(String, String)>>,
    /// The stores that keep their secrets from functions, with those that may be read.
    secrets: BTreeMap<String, Vec<String>>,
}

impl Access {
    /// Reads what is below `spec` in a Configuration.
    pub fn read(configuration: &str, spec: &Value) -> Result<Self> {
        let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let apis = spec["api"]["allowed"].as_array().map(|apis| {
            let http = apis.iter().filter(|api| api["protocol"] == "http");
            http.map(|api| (name(&api["name"]), name(&api["version"]))).collect()
        });
        let mut secrets = BTreeMap::new();
        for scope in list(&spec["secrets"]["scopes"]) {
            let is_closed = scope["defaultAccess"] == "deny" && scope["deniedSecrets"].is_null();
            ensure!(is_closed, "{configuration}: a scope of secrets denies, and names those that are allowed");
            let allowed = list(&scope["allowedSecrets"]).iter().map(name).collect();
            secrets.insert(name(&scope["storeName"]), allowed);
        }
        Ok(Self { apis, secrets })
    }

    /// Whether a path may be called: `/v1.0-alpha1/publish/…` is `publish` in version `v1alpha1`.
    pub fn allows(&self, path: &str) -> bool {
        let mut segments = path.trim_start_matches('/').split('/');
        let version = segments.next().unwrap_or_default().replace(".0", "").replace('-', "");
        let name = segments.next().unwrap_or_default();
        self.apis.as_ref().is_none_or(|apis| apis.iter().any(|(api, of)| api == name && *of == version))
    }

    pub fn shows(&self, store: &str, secret: &str) -> bool {
        self.secrets.get(store).is_none_or(|shown| shown.iter().any(|shown| shown == secret))
    }
}
