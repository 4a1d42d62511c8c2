//! The files of Postgres: created once, checked before every start.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use operations::Step;
use rustix::process::{Pid, Signal};

use crate::data_folder::DataFolder;
use crate::owner::{is_root, set_owner, unprivileged};
use crate::secret::random_secret;
use crate::{diagnosis, files, programs};

/// Time in which Postgres writes everything and stops.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Returns the owner's password, which is created before the files and kept beside them.
pub fn password(data: &DataFolder, folder: &Path) -> anyhow::Result<String> {
    let path = data.file("postgres-password");
    if folder.exists() {
        let password = std::fs::read_to_string(&path).ok().filter(|password| !password.is_empty());
        return password.with_context(|| {
            format!(
                "{} is missing, and the data cannot be read without it: restore it from a backup, or move the data \
                 folder away to start empty",
                path.display()
            )
        });
    }
    let password = random_secret()?;
    let mut file = files::create_private(&path)?;
    file.write_all(password.as_bytes())?;
    file.sync_all()?;
    Ok(password)
}

/// Creates the files under a temporary name and then renames them, so that unfinished ones are never used.
pub fn create(programs: &Path, folder: &Path, data: &DataFolder, password: &str) -> anyhow::Result<()> {
    let step = Step::begin("creating the database");
    let parent = folder.parent().context("the data folder has a parent")?;
    std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    let unfinished = folder.with_extension("new");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    std::fs::create_dir(&unfinished).with_context(|| format!("cannot create {}", unfinished.display()))?;
    if is_root() {
        set_owner(&unfinished, unprivileged()?)?;
    }
    // Deleted once initdb has read it.
    let secret = folder.with_extension("password");
    let written = files::create_private(&secret).and_then(|mut file| file.write_all(password.as_bytes()));
    written.with_context(|| format!("cannot write {}", secret.display()))?;
    if is_root() {
        set_owner(&secret, unprivileged()?)?;
    }
    let output = programs::command(programs, "initdb")?
        .arg("--pgdata")
        .arg(&unfinished)
        .arg("--pwfile")
        .arg(&secret)
        .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"])
        .args(["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"])
        .output()
        .context("cannot run initdb");
    std::fs::remove_file(&secret)?;
    let output = output?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let _ = std::fs::remove_dir_all(&unfinished);
        bail!("{}", diagnosis::explain(&errors, folder, &data.file("postgres.log")));
    }
    std::fs::rename(&unfinished, folder)?;
    step.end("created");
    Ok(())
}

/// Checks that the files are those of this version of Postgres.
pub fn check(folder: &Path) -> anyhow::Result<()> {
    let version = std::fs::read_to_string(folder.join("PG_VERSION")).unwrap_or_default();
    match version.trim() {
        "17" => Ok(()),
        "" => bail!(diagnosis::damaged(folder, "PG_VERSION is missing")),
        other => bail!(
            "the data in {} was written by Postgres {other}, and TaskFlow uses 17: move it away or choose another \
             folder by --data",
            folder.display()
        ),
    }
}

/// Stops a Postgres that outlived its `cargo dev`. It is not in use: this process holds the lock of the data
/// folder.
pub fn stop_orphan(folder: &Path) -> anyhow::Result<()> {
    let file = folder.join("postmaster.pid");
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(()) };
    let pid = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else {
        // Cut off by a crash.
        return std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()));
    };
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let is_running = || {
        std::fs::read(process.join("cmdline")).is_ok_and(|line| {
            line.split(|byte| *byte == 0).any(|argument| argument == folder.as_os_str().as_encoded_bytes())
        })
    };
    if !is_running() {
        // Stale: the process id may belong to another process by now.
        std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        return Ok(());
    }
    let step = Step::begin("stopping the Postgres of an earlier run that was killed");
    rustix::process::kill_process(pid, Signal::INT).context("cannot stop it")?;
    let deadline = Instant::now() + STOP_TIMEOUT;
    while is_running() {
        if Instant::now() > deadline {
            bail!(
                "process {} still uses {}: stop it, then run this again",
                pid.as_raw_nonzero(),
                folder.display()
            );
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    step.end("stopped");
    Ok(())
}
