//! The data folder: one `cargo dev` at a time uses it, and only its owner can enter it.

use std::fs::{File, Permissions, TryLockError};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::files;
use crate::owner::{is_root, set_owner, unprivileged};

/// Data folder, locked until this is dropped. The system releases the lock when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if necessary, closes it to others, and locks it.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot create the data folder {}", path.display()))?;
        let path = path.canonicalize()?;
        make_private(&path).with_context(|| format!("cannot close {} to others", path.display()))?;
        let lock = files::create_private(&path.join("lock"))
            .with_context(|| format!("cannot write to the data folder {}", path.display()))?;
        // A process that was killed a moment ago may still hold it.
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path, _lock: lock }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => bail!(
                    "another `cargo dev` uses the data folder {}: stop it, or choose another by --data",
                    path.display()
                ),
                Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the data folder"),
            }
        }
    }

    /// Folder of Postgres' files. As root, Postgres runs as another user, who may be unable to enter the data
    /// folder; then it is a folder of the system.
    pub fn postgres(&self) -> PathBuf {
        let is_own = self.path.metadata().is_ok_and(|metadata| {
            unprivileged().is_ok_and(|(unprivileged, _)| metadata.uid() == unprivileged)
        });
        let is_open = |folder: &Path| {
            folder.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
        };
        if !is_root() || is_own && self.path.ancestors().skip(1).all(is_open) {
            return self.path.join("postgres");
        }
        let name = frames::checksum(&self.path.to_string_lossy());
        PathBuf::from(format!("/var/lib/taskflow/{name:016x}"))
    }

    /// Path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// Lets only its owner enter a folder. As root that is the user that Postgres runs as, if possible: its files
/// are in the folder, and root can enter it anyway.
fn make_private(folder: &Path) -> std::io::Result<()> {
    if is_root() {
        let _ = unprivileged().and_then(|user| set_owner(folder, user));
    }
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
}
