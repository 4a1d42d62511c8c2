//! Reading YAML files.

use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// Reads a file with one document.
pub fn read_document<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_saphyr::from_str(&read(path)?).with_context(|| path.display().to_string())
}

/// Reads a file with one document or several.
pub fn read_documents<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    serde_saphyr::from_multiple(&read(path)?).with_context(|| path.display().to_string())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
