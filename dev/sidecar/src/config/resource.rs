//! Dapr's resources: components, subscriptions, resiliency, configuration.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Resource {
    pub kind: String,
    pub metadata: Metadata,
    #[serde(default)]
    pub spec: Value,
    #[serde(default)]
    pub auth: Value,
    #[serde(default)]
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
pub struct Metadata {
    pub name: String,
}

/// Folders with resources. The embedded sidecar is its own broker, with the guarantees of Kafka.
const FOLDERS: [&str; 4] = ["", "brokers/kafka", "components", "subscriptions"];

/// Lists the YAML files of a folder that have resources.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in FOLDERS.map(|name| folder.join(name)) {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let is_yaml = path.extension().is_some_and(|extension| extension == "yaml");
            if is_yaml && !path.ends_with("topics.yaml") && !path.ends_with("dapr.yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
