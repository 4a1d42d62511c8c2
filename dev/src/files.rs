//! Files of the project, and the user's.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::database::data::is_root;

/// All files below a folder with one of these endings, in order of their paths.
pub fn below(folder: &Path, endings: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Where what was fetched or built once is kept. Root's own folders are closed to the user that Postgres then runs as.
pub fn cache() -> anyhow::Result<PathBuf> {
    let cache = if is_root() {
        PathBuf::from("/var/cache")
    } else if let Some(folder) = std::env::var_os("XDG_CACHE_HOME") {
        PathBuf::from(folder)
    } else {
        let home = std::env::var_os("HOME").context("neither HOME nor XDG_CACHE_HOME is set")?;
        PathBuf::from(home).join(".cache")
    };
    Ok(cache.join("taskflow"))
}
