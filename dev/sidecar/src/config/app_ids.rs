//! App ids, as `dapr.yaml` lists them.

use std::path::Path;

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::config::yaml;

#[derive(Deserialize)]
struct File {
    apps: Vec<AppEntry>,
}

#[derive(Deserialize)]
struct AppEntry {
    #[serde(rename = "appID")]
    id: String,
}

/// Reads the app ids of a folder's `dapr.yaml`, each of which has a sidecar. Functions call the sidecar of
/// the first.
pub fn read_app_ids(folder: &Path) -> Result<Vec<String>> {
    let path = folder.join("dapr.yaml");
    let File { apps } = yaml::read_document(&path)?;
    ensure!(!apps.is_empty(), "{} lists no apps", path.display());
    Ok(apps.into_iter().map(|app| app.id).collect())
}
