//! The running Postgres: started and stopped with the command.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use operations::DatabaseUrl;
use rustix::process::{Pid, Signal};

use crate::cluster::{self, STOP_TIMEOUT};
use crate::data_folder::DataFolder;
use crate::{diagnosis, files, programs};

const CHECK_INTERVAL: Duration = Duration::from_millis(500);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const START_TIMEOUT: Duration = Duration::from_secs(60);
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// Purpose of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Data to keep.
    Keep,
    /// Data of tests: deleted at each start, and never flushed to disk.
    Tests,
    /// Data of drills: deleted at each start, and flushed to disk like data to keep.
    Drills,
}

/// Running Postgres. Stopped when this is dropped.
#[derive(Debug)]
pub struct Embedded {
    process: Child,
    purpose: Purpose,
    port: u16,
    password: String,
    folder: PathBuf,
    log: PathBuf,
}

impl Embedded {
    /// Starts the Postgres of a data folder, on this port if it is free.
    pub async fn start(data: &DataFolder, preferred_port: u16, purpose: Purpose) -> anyhow::Result<Self> {
        let programs = programs::get().await?;
        let folder = data.postgres();
        if purpose != Purpose::Keep && folder.exists() {
            // Dropping hundreds of databases takes far longer.
            cluster::stop_orphan(&folder)?;
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let password = cluster::password(data, &folder)?;
        if !folder.exists() {
            cluster::create(&programs, &folder, data, &password)?;
        }
        cluster::check(&folder)?;
        cluster::stop_orphan(&folder)?;
        let log = data.file("postgres.log");
        let mut preferred_port = preferred_port;
        loop {
            let port = free_port(preferred_port)?;
            let process = start(&programs, &folder, port, purpose, &log)?;
            let (password, folder, log) = (password.clone(), folder.clone(), log.clone());
            let mut postgres = Self { process, purpose, port, password, folder, log };
            match postgres.wait_until_ready().await {
                // Another process has taken the port since it was checked.
                Err(_) if diagnosis::read(&postgres.log).contains("Address already in use") => {
                    preferred_port = 0
                }
                started => return started.map(|()| postgres),
            }
        }
    }

    /// Starts it again at the same address, once it has ended. Fails if it does not end, and while processes of
    /// the former one still end.
    pub async fn launch(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + END_TIMEOUT;
        while self.process.try_wait()?.is_none() {
            ensure!(
                Instant::now() < deadline,
                "the former Postgres has not ended: see {}",
                self.log.display()
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let programs = programs::get().await?;
        self.process = start(&programs, &self.folder, self.port, self.purpose, &self.log)?;
        self.wait_until_ready().await
    }

    /// Address of one of its databases, with the credentials of the owner.
    pub fn url(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::local(self.port, &self.password, database)
    }

    /// Process id, for measurements and drills.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until Postgres exits without being stopped, and returns the reason.
    pub async fn unexpected_exit(&mut self) -> anyhow::Error {
        while matches!(self.process.try_wait(), Ok(None)) {
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
        anyhow::anyhow!("{}", diagnosis::explain_end(&diagnosis::read(&self.log), &self.folder, &self.log))
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if self.url("postgres").connect().await.is_ok() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                bail!(diagnosis::explain(&diagnosis::read(&self.log), &self.folder, &self.log));
            }
            if Instant::now() > deadline {
                bail!("Postgres did not answer within a minute: see {}", self.log.display());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // Fast shutdown: connections are closed, everything is written.
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, Signal::INT);
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
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

fn free_port(preferred: u16) -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, preferred))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .context("this machine has no free port")?;
    Ok(listener.local_addr()?.port())
}

fn start(programs: &Path, folder: &Path, port: u16, purpose: Purpose, log: &Path) -> anyhow::Result<Child> {
    let log_file = files::create_private(log).with_context(|| format!("cannot write {}", log.display()))?;
    let port = port.to_string();
    let is_for_tests = purpose == Purpose::Tests;
    // Two roles with up to 64 connections each, and some for Dapr, migrations and developers. Several tests run
    // at the same time.
    let mut settings = vec![
        ("port", port.as_str()),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", if is_for_tests { "500" } else { "200" }),
        // Taken from the machine only as far as there are data. Copies of the template are quicker with less.
        ("shared_buffers", if is_for_tests { "128MB" } else { "1GB" }),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("jit", "off"),
    ];
    if is_for_tests {
        settings.extend([("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]);
    }
    let mut command = programs::command(programs, "postgres")?;
    command.arg("-D").arg(folder);
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
    command.spawn().context("cannot start Postgres")
}
