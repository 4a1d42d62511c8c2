//! A server in a process of its own, and what processes use.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use rustix::process::{Pid, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub use rustix::process::Signal;

/// Server in a process of its own. Stopped when this is dropped, and when this process ends, however that ends.
pub struct Process {
    child: Child,
    address: SocketAddr,
    proxy: Option<SocketAddr>,
}

impl Process {
    /// Starts a program that prints `ready http://<address>`, and before that `proxy http://<address>` if it has
    /// a proxy. What it prints afterwards, and its errors, are appended to the log if there is one.
    pub async fn start(
        program: &Path,
        arguments: &[&str],
        environment: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)],
        log: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut log = log.map(open_log).transpose()?;
        if let Some(log) = &log {
            command.stderr(log.try_clone()?);
        }
        full::kill_with_parent(command.as_std_mut());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("the output is not captured")?).lines();
        let mut proxy = None;
        let address = loop {
            let line = lines
                .next_line()
                .await?
                .with_context(|| format!("{} ended before it was ready", program.display()))?;
            if let Some(address) = line.strip_prefix("proxy http://") {
                proxy = Some(address.parse()?);
            }
            if let Some(address) = line.strip_prefix("ready http://") {
                break address.parse()?;
            }
        };
        // A full pipe would block the server.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(log) = &mut log {
                    let _ = writeln!(log, "{line}");
                }
            }
        });
        Ok(Self { child, address, proxy })
    }

    /// Address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Address of the proxy in front of the server.
    pub fn proxy(&self) -> anyhow::Result<SocketAddr> {
        self.proxy.context("there is no proxy")
    }

    /// Process id of the server.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Memory of the server, in MiB.
    pub fn memory(&self) -> anyhow::Result<u64> {
        memory(self.id()?)
    }

    /// Kills the server, as a crash would, and waits for its end.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("cannot kill a server")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(id) = self.child.id() {
            let _ = send(id, Signal::TERM);
        }
    }
}

fn open_log(path: &Path) -> anyhow::Result<File> {
    let file = File::options().create(true).append(true).open(path);
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Sends a signal to a process.
pub fn send(process: u32, signal: Signal) -> anyhow::Result<()> {
    let id = Pid::from_raw(process.cast_signed()).context("no process has the id 0")?;
    kill_process(id, signal).with_context(|| format!("cannot send a signal to process {process}"))
}

/// Ids of a process and its children.
pub fn group(leader: u32) -> anyhow::Result<Vec<u32>> {
    let path = format!("/proc/{leader}/task");
    let threads = std::fs::read_dir(&path).with_context(|| format!("cannot read {path}"))?;
    let mut processes = vec![leader];
    for thread in threads {
        // Each thread has children of its own, and may end meanwhile.
        let children = std::fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        processes.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    Ok(processes)
}

/// Seconds for which a process and its children have used a core.
pub fn cpu_of_group(leader: u32) -> anyhow::Result<f64> {
    group(leader)?.into_iter().map(cpu).sum()
}

fn cpu(process: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The name of the program, in parentheses, may contain spaces.
    let (_, fields) = text.rsplit_once(')').with_context(|| format!("{path} has no name"))?;
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Ok(ticks.sum::<u64>() as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Memory of a process and its children, in MiB. Shared memory counts once.
pub fn memory_of_group(leader: u32) -> anyhow::Result<u64> {
    group(leader)?.into_iter().map(memory).sum()
}

/// Number of files and connections that a process has open.
pub fn open_files(process: u32) -> anyhow::Result<usize> {
    let path = format!("/proc/{process}/fd");
    Ok(std::fs::read_dir(&path).with_context(|| format!("cannot read {path}"))?.count())
}

/// Memory of a process, in MiB.
pub fn memory(process: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        .with_context(|| format!("{path} has no Pss"))?;
    Ok(kib / 1024)
}
