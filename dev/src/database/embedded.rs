//! A Postgres of our own: made, started, and stopped with the command.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal};

use crate::database::data::{give, is_root, unprivileged};
use crate::database::{DataFolder, DatabaseUrl, binaries};
use crate::step::Step;

const STOPS_WITHIN: Duration = Duration::from_secs(20);
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What the data is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Data that somebody wants to keep.
    Keep,
    /// Data of tests, gone when the machine crashes: nothing waits for the disk.
    Tests,
}

/// A running Postgres. Stops when dropped.
#[derive(Debug)]
pub struct Embedded {
    process: Child,
    port: u16,
    password: String,
}

impl Embedded {
    /// Starts the Postgres of a data folder, on the wanted port if that is free.
    pub async fn start(data: &DataFolder, wanted_port: u16, purpose: Purpose) -> anyhow::Result<Self> {
        let programs = binaries::get().await?;
        let folder = data.postgres();
        let password = password(data)?;
        if !folder.exists() {
            make(&programs, &folder, data, &password)?;
        }
        check(&folder)?;
        stop_forgotten(&folder)?;
        let log = data.file("postgres.log");
        let mut wanted_port = wanted_port;
        loop {
            let port = free_port(wanted_port)?;
            let process = start(&programs, &folder, port, purpose, &log)?;
            let mut postgres = Self { process, port, password: password.clone() };
            match postgres.wait_until_up(&folder, &log).await {
                // Somebody was faster to take the port that was free a moment ago.
                Err(_) if said(&log).contains("Address already in use") => wanted_port = 0,
                up => return up.map(|()| postgres),
            }
        }
    }

    /// The address of one of its databases, as its owner.
    pub fn url(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::local(self.port, &self.password, database)
    }

    /// The process, to measure it.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    async fn wait_until_up(&mut self, folder: &Path, log: &Path) -> anyhow::Result<()> {
        let deadline = Instant::now() + STARTS_WITHIN;
        loop {
            if self.url("postgres").connect().await.is_ok() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                return Err(why_it_ended(folder, log));
            }
            if Instant::now() > deadline {
                bail!("Postgres does not answer after a minute; what it says is in {}", log.display());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // Fast shutdown: open connections end, everything is written.
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, Signal::INT);
        }
        let deadline = Instant::now() + STOPS_WITHIN;
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.process.kill();
                let _ = self.process.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The owner's password is made with the folder and stays in it.
fn password(data: &DataFolder) -> anyhow::Result<String> {
    use std::io::{Read, Write};
    use std::os::unix::fs::OpenOptionsExt;
    let path = data.file("postgres-password");
    if let Ok(password) = std::fs::read_to_string(&path)
        && !password.is_empty()
    {
        return Ok(password);
    }
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut bytes))?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(password.as_bytes())?;
    Ok(password)
}

/// Makes the folder beside its place and then moves it there, so that a half-made one is never used.
fn make(programs: &Path, folder: &Path, data: &DataFolder, password: &str) -> anyhow::Result<()> {
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
    std::fs::write(&secret, password).with_context(|| format!("cannot write {}", secret.display()))?;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
    if is_root() {
        give(&secret, unprivileged()?)?;
    }
    let output = command(programs, "initdb")?
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
        bail!("{}", explain(&said, folder, &data.file("postgres.log")));
    }
    std::fs::rename(&unfinished, folder)?;
    step.end("made");
    Ok(())
}

fn check(folder: &Path) -> anyhow::Result<()> {
    let version = std::fs::read_to_string(folder.join("PG_VERSION")).unwrap_or_default();
    match version.trim() {
        "17" => Ok(()),
        "" => bail!(damaged(folder, "PG_VERSION is missing")),
        other => bail!(
            "the data in {} was written by Postgres {other}, and TaskFlow uses 17: move it away or choose another \
             folder by --data",
            folder.display()
        ),
    }
}

/// Ends a Postgres whose `cargo dev` was killed, which only that Postgres can have survived: the
/// lock of the data folder is ours.
fn stop_forgotten(folder: &Path) -> anyhow::Result<()> {
    let file = folder.join("postmaster.pid");
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw) else {
        return Ok(());
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

fn free_port(wanted: u16) -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .context("this machine has no free port")?;
    Ok(listener.local_addr()?.port())
}

fn start(programs: &Path, folder: &Path, port: u16, purpose: Purpose, log: &Path) -> anyhow::Result<Child> {
    let log_file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let port = port.to_string();
    // Two roles with up to 64 connections each, and room for migrations and people.
    let mut settings = vec![
        ("port", port.as_str()),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "200"),
        ("shared_buffers", "128MB"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("jit", "off"),
    ];
    if purpose == Purpose::Tests {
        settings.extend([("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]);
    }
    let mut command = command(programs, "postgres")?;
    command.arg("-D").arg(folder);
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // A group of its own: Ctrl-C in a terminal reaches this command, which then ends Postgres in order.
    command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file).process_group(0);
    command.spawn().context("cannot start Postgres")
}

fn command(programs: &Path, program: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(programs.join("bin").join(program));
    command.current_dir("/").env_clear();
    if is_root() {
        let (user, group) = unprivileged()?;
        command.uid(user).gid(group);
    }
    Ok(command)
}

fn why_it_ended(folder: &Path, log: &Path) -> anyhow::Error {
    anyhow::anyhow!("{}", explain(&said(log), folder, log))
}

fn said(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// One line of what Postgres said, and what to do.
fn explain(said: &str, folder: &Path, log: &Path) -> String {
    if said.contains("No space left on device") {
        return format!("the disk that holds {} is full: make room and run this again", folder.display());
    }
    if let Some((_, reason)) = said.lines().find_map(|line| line.split_once("initdb: error: ")) {
        return format!("cannot make the database in {}: {reason}", folder.display());
    }
    let reason = said.lines().find_map(|line| line.split_once("FATAL:  ").or(line.split_once("PANIC:  ")));
    match reason {
        Some((_, reason)) => damaged(folder, reason),
        None => format!("Postgres did not start; what it says is in {}", log.display()),
    }
}

fn damaged(folder: &Path, reason: &str) -> String {
    format!(
        "the data in {} is damaged ({reason}): put a backup in its place, or move it away to start empty",
        folder.display()
    )
}
