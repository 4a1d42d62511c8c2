//! A Postgres of our own: made, started, and stopped with the command.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal};

use crate::database::{DataFolder, DatabaseUrl, binaries, cluster, complaint};

/// What a Postgres may take to write everything before it ends.
pub const STOPS_WITHIN: Duration = Duration::from_secs(20);
const LOOKS_EVERY: Duration = Duration::from_millis(500);
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What the data is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Data that somebody wants to keep.
    Keep,
    /// Data of tests: empty at each start, and nothing waits for the disk.
    Tests,
}

/// A running Postgres. Stops when dropped.
#[derive(Debug)]
pub struct Embedded {
    process: Child,
    port: u16,
    password: String,
    folder: PathBuf,
    log: PathBuf,
}

impl Embedded {
    /// Starts the Postgres of a data folder, on the wanted port if that is free.
    pub async fn start(data: &DataFolder, wanted_port: u16, purpose: Purpose) -> anyhow::Result<Self> {
        let programs = binaries::get().await?;
        let folder = data.postgres();
        if purpose == Purpose::Tests && folder.exists() {
            // To drop hundreds of databases takes far longer.
            cluster::stop_forgotten(&folder)?;
            std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let password = cluster::password(data, &folder)?;
        if !folder.exists() {
            cluster::make(&programs, &folder, data, &password)?;
        }
        cluster::check(&folder)?;
        cluster::stop_forgotten(&folder)?;
        let log = data.file("postgres.log");
        let mut wanted_port = wanted_port;
        loop {
            let port = free_port(wanted_port)?;
            let process = start(&programs, &folder, port, purpose, &log)?;
            let (password, folder, log) = (password.clone(), folder.clone(), log.clone());
            let mut postgres = Self { process, port, password, folder, log };
            match postgres.wait_until_up().await {
                // Somebody was faster to take the port that was free a moment ago.
                Err(_) if complaint::said(&postgres.log).contains("Address already in use") => wanted_port = 0,
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

    /// Waits until it ends by itself, which it should not; says why it did.
    pub async fn lost(&mut self) -> anyhow::Error {
        while matches!(self.process.try_wait(), Ok(None)) {
            tokio::time::sleep(LOOKS_EVERY).await;
        }
        anyhow::anyhow!("{}", complaint::explain_end(&complaint::said(&self.log), &self.folder, &self.log))
    }

    async fn wait_until_up(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + STARTS_WITHIN;
        loop {
            if self.url("postgres").connect().await.is_ok() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                bail!(complaint::explain(&complaint::said(&self.log), &self.folder, &self.log));
            }
            if Instant::now() > deadline {
                bail!("Postgres does not answer after a minute; what it says is in {}", self.log.display());
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
    let mut command = binaries::command(programs, "postgres")?;
    command.arg("-D").arg(folder);
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
    command.spawn().context("cannot start Postgres")
}
