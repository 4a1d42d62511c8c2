//! Files of the project, and the user's.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
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

/// An empty file for the eyes of its owner only.
pub fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
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

/// Makes a file or folder beside its place and then moves it there, so that half of it is never taken for all. Of two who do so
/// at once, one is first, and the other's is thrown away.
pub async fn make_once(place: &Path, make: impl AsyncFnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let cannot = || format!("cannot make {}", place.display());
    let beside = PathBuf::from(format!("{}.{}.new", place.display(), std::process::id()));
    std::fs::create_dir_all(place.parent().with_context(cannot)?).with_context(cannot)?;
    let made = make(&beside).await.and_then(|()| match std::fs::rename(&beside, place) {
        Err(error) if !place.exists() => Err(error).with_context(cannot),
        _ => Ok(()),
    });
    let _ = std::fs::remove_file(&beside).or_else(|_| std::fs::remove_dir_all(&beside));
    made
}
