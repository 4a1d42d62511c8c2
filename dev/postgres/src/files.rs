//! Files of the user: the cache, and files that no other user may read.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::owner::is_root;

/// Creates an empty file that only its owner may read, or empties one and closes it to others.
pub fn create_private(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Folder of everything that is fetched or built once per user. Not below root's home, which the user that
/// Postgres runs as cannot enter.
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

/// Makes a file or folder under a temporary name and then renames it, so that an unfinished one is never
/// used. If two processes do so at the same time, the second result is discarded.
pub async fn create_once(
    path: &Path,
    create: impl AsyncFnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let cannot = || format!("cannot create {}", path.display());
    let temporary = PathBuf::from(format!("{}.{}.new", path.display(), std::process::id()));
    std::fs::create_dir_all(path.parent().with_context(cannot)?).with_context(cannot)?;
    let created = create(&temporary).await.and_then(|()| match std::fs::rename(&temporary, path) {
        Err(error) if !path.exists() => Err(error).with_context(cannot),
        _ => Ok(()),
    });
    let _ = std::fs::remove_file(&temporary).or_else(|_| std::fs::remove_dir_all(&temporary));
    created
}
