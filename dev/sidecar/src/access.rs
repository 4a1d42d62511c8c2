//! Access of functions to the sidecar: the building blocks that they may call, and the secrets that they may
//! read.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;

/// Access rules of a `Configuration` resource. Without one, everything is allowed.
#[derive(Debug, Default)]
pub struct Access {
    /// Names and versions of the allowed building blocks.
    apis: Option<Vec<(String, String)>>,
    /// Allowed secrets of each restricted store.
    secrets: BTreeMap<String, Vec<String>>,
}

impl Access {
    /// Parses the `spec` of a `Configuration`.
    pub fn parse(configuration: &str, spec: &Value) -> Result<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let apis = spec["api"]["allowed"].as_array().map(|apis| {
            let http = apis.iter().filter(|api| api["protocol"] == "http");
            http.map(|api| (text(&api["name"]), text(&api["version"]))).collect()
        });
        let mut secrets = BTreeMap::new();
        for scope in list(&spec["secrets"]["scopes"]) {
            let denies_by_default = scope["defaultAccess"] == "deny" && scope["deniedSecrets"].is_null();
            ensure!(
                denies_by_default,
                "{configuration}: a scope of secrets must have defaultAccess `deny` and no deniedSecrets"
            );
            let allowed = list(&scope["allowedSecrets"]).iter().map(text).collect();
            secrets.insert(text(&scope["storeName"]), allowed);
        }
        Ok(Self { apis, secrets })
    }

    /// True if a path may be called: `/v1.0-alpha1/publish/…` is `publish` in version `v1alpha1`.
    pub fn allows_path(&self, path: &str) -> bool {
        let mut segments = path.trim_start_matches('/').split('/');
        let version = segments.next().unwrap_or_default().replace(".0", "").replace('-', "");
        let name = segments.next().unwrap_or_default();
        let is_allowed = |apis: &Vec<(String, String)>| {
            apis.iter().any(|(allowed, allowed_version)| allowed == name && *allowed_version == version)
        };
        self.apis.as_ref().is_none_or(is_allowed)
    }

    /// True if functions may read a secret.
    pub fn allows_secret(&self, store: &str, secret: &str) -> bool {
        self.secrets.get(store).is_none_or(|allowed| allowed.iter().any(|allowed| allowed == secret))
    }
}
