//! Finding, creating and caching files.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::database::data::is_root;

/// Finds the files below a folder that have one of the extensions, sorted by path.
pub fn find_below(folder: &Path, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Creates an empty file that only its owner can read.
pub fn create_private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Returns the folder for downloads and builds that are kept between runs. As root it is outside of root's
/// home, which the user that runs Postgres cannot enter.
pub fn cache_folder() -> anyhow::Result<PathBuf> {
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

/// Creates a file or folder under a temporary name and renames it, so that an incomplete one is never used.
/// If two processes do so at the same time, the result of the first is kept.
pub async fn create_once(path: &Path, create: impl AsyncFnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let context = || format!("cannot create {}", path.display());
    let temporary = PathBuf::from(format!("{}.{}.new", path.display(), std::process::id()));
    std::fs::create_dir_all(path.parent().with_context(context)?).with_context(context)?;
    let created = create(&temporary).await.and_then(|()| match std::fs::rename(&temporary, path) {
        Err(error) if !path.exists() => Err(error).with_context(context),
        _ => Ok(()),
    });
    let _ = std::fs::remove_file(&temporary).or_else(|_| std::fs::remove_dir_all(&temporary));
    created
}
