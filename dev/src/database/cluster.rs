//! The files of a Postgres: made once, checked before every start.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal};

use crate::database::data::{give, is_root, unprivileged};
use crate::database::embedded::STOPS_WITHIN;
use crate::database::{DataFolder, binaries, complaint};
use crate::files;
use crate::step::Step;

/// The owner's password is made before the files and stays beside them: who has the one has the other.
pub fn password(data: &DataFolder, folder: &Path) -> anyhow::Result<String> {
    let path = data.file("postgres-password");
    if folder.exists() {
        let kept = std::fs::read_to_string(&path).ok().filter(|password| !password.is_empty());
        return kept.with_context(|| {
            format!(
                "{} is missing, without which nobody gets at the data: put it back from a backup, or move the data \
                 folder away to start empty",
                path.display()
            )
        });
    }
    let password = web::hex(&web::random::<16>());
    let mut file = files::create_private(&path)?;
    file.write_all(password.as_bytes())?;
    file.sync_all()?;
    Ok(password)
}

/// Makes the folder beside its place and then moves it there, so that a half-made one is never used.
pub fn make(programs: &Path, folder: &Path, data: &DataFolder, password: &str) -> anyhow::Result<()> {
    let step = Step::begin("making the database");
    let parent = folder.parent().context("the data folder has a parent")?;
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let unfinished = folder.with_extension("new");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    std::fs::create_dir(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
    if is_root() {
        give(&unfinished, unprivileged()?)?;
    }
    // For initdb's eyes only, and gone when it has read it.
    let secret = folder.with_extension("password");
    let written = files::create_private(&secret).and_then(|mut file| file.write_all(password.as_bytes()));
    written.with_context(|| format!("cannot write {}", secret.display()))?;
    if is_root() {
        give(&secret, unprivileged()?)?;
    }
    let output = binaries::command(programs, "initdb")?
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
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let _ = std::fs::remove_dir_all(&unfinished);
        bail!("{}", complaint::explain(&said, folder, &data.file("postgres.log")));
    }
    std::fs::rename(&unfinished, folder)?;
    step.end("made");
    Ok(())
}

/// Makes sure that the files are those of our Postgres.
pub fn check(folder: &Path) -> anyhow::Result<()> {
    let version = std::fs::read_to_string(folder.join("PG_VERSION")).unwrap_or_default();
    match version.trim() {
        "17" => Ok(()),
        "" => bail!(complaint::damaged(folder, "PG_VERSION is missing")),
        other => bail!(
            "the data in {} was written by Postgres {other}, and TaskFlow uses 17: move it away or choose another \
             folder by --data",
            folder.display()
        ),
    }
}

/// Ends a Postgres whose `cargo dev` was killed, which only that Postgres can have survived: the
/// lock of the data folder is ours.
pub fn stop_forgotten(folder: &Path) -> anyhow::Result<()> {
    let file = folder.join("postmaster.pid");
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(()) };
    let pid = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else {
        // Cut off by a crash: who wrote it is gone.
        return std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()));
    };
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let is_ours = || {
        std::fs::read(process.join("cmdline")).is_ok_and(|line| {
            line.split(|byte| *byte == 0).any(|argument| argument == folder.as_os_str().as_encoded_bytes())
        })
    };
    if !is_ours() {
        // The file is stale, and its number may meanwhile be somebody else's.
        std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        return Ok(());
    }
    let step = Step::begin("stopping the Postgres that an earlier run left behind");
    rustix::process::kill_process(pid, Signal::INT).context("cannot stop it")?;
    let deadline = Instant::now() + STOPS_WITHIN;
    while is_ours() {
        if Instant::now() > deadline {
            bail!("process {} still uses {}: stop it and run this again", pid.as_raw_nonzero(), folder.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    step.end("stopped");
    Ok(())
}
