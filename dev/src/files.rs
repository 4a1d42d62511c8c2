//! Files of the project, and the user's.

use std::path::{Path, PathBuf};

use anyhow::Context;

pub use embedded_postgres::files::{cache_folder, create_once, create_private};

/// Finds the files below a folder that have one of the extensions, sorted by path.
pub fn find_below(folder: &Path, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|known| found == *known)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
