//! The user that Postgres runs as: never root.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;

/// True if this process runs as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// User and group that Postgres runs as if this process is root.
pub fn unprivileged() -> anyhow::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&"nobody"))
        .and_then(|fields| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?)))
        .context("Postgres never runs as root, and there is no user `nobody`: run this as an ordinary user")
}

/// Makes a user the owner of a file or folder.
pub fn set_owner(path: &Path, (user, group): (u32, u32)) -> anyhow::Result<()> {
    if std::fs::symlink_metadata(path)?.uid() != user {
        std::os::unix::fs::chown(path, Some(user), Some(group))
            .with_context(|| format!("cannot change the owner of {}", path.display()))?;
    }
    Ok(())
}
