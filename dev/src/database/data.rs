//! The data folder: one `cargo dev` at a time uses it.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// A data folder, held until it is dropped. The system lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, which is made if it is not there.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path).with_context(|| format!("cannot make the data folder {}", path.display()))?;
        let path = path.canonicalize()?;
        let lock = File::create(path.join("lock"))
            .with_context(|| format!("cannot write to the data folder {}", path.display()))?;
        // A process that was killed a moment ago may not have let go yet.
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

    /// Where Postgres keeps its files. It never runs as root, and the user that it runs as instead
    /// may not be able to get into the data folder; then it is a folder of the system.
    pub fn postgres(&self) -> PathBuf {
        let reachable = self
            .path
            .ancestors()
            .all(|folder| folder.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0));
        if !is_root() || reachable {
            return self.path.join("postgres");
        }
        let name = store::checksum(&self.path.to_string_lossy());
        PathBuf::from(format!("/var/lib/taskflow/{name:016x}"))
    }

    /// Any file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// Whether this process may do anything.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user that Postgres runs as when this process is root.
pub fn unprivileged() -> anyhow::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&"nobody"))
        .and_then(|fields| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?)))
        .context("Postgres never runs as root, and there is no user `nobody`: run this as an ordinary user")
}

/// Gives a folder and what is in it to a user.
pub fn give(folder: &Path, (user, group): (u32, u32)) -> anyhow::Result<()> {
    if std::fs::symlink_metadata(folder)?.uid() != user {
        std::os::unix::fs::chown(folder, Some(user), Some(group))
            .with_context(|| format!("cannot give {} to another user", folder.display()))?;
    }
    Ok(())
}
