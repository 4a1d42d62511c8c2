//! A server in a process of its own, and the memory of processes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Server in a process of its own. Stopped when this is dropped.
pub struct Process {
    child: Child,
    address: SocketAddr,
    proxy: Option<SocketAddr>,
}

impl Process {
    /// Starts a program that prints `ready http://<address>`, and before that `proxy http://<address>` if it
    /// has a proxy.
    pub async fn start(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
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
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address, proxy })
    }

    /// Address of the proxy in front of the server.
    pub fn proxy(&self) -> anyhow::Result<SocketAddr> {
        self.proxy.context("there is no proxy")
    }

    /// Id of the process.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Memory of the server, in MiB.
    pub fn memory(&self) -> anyhow::Result<u64> {
        memory(self.id()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }
}

/// Memory of a process and its children, in MiB. Shared memory counts once.
pub fn memory_of_group(leader: u32) -> anyhow::Result<u64> {
    group(leader)?.into_iter().map(memory).sum()
}

/// Seconds for which a process and its children have used a core.
pub fn cpu_of_group(leader: u32) -> anyhow::Result<f64> {
    group(leader)?.into_iter().map(cpu).sum()
}

fn group(leader: u32) -> anyhow::Result<Vec<u32>> {
    // Each thread has children of its own.
    let mut processes = vec![leader];
    for thread in std::fs::read_dir(format!("/proc/{leader}/task"))? {
        let children = std::fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        processes.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    Ok(processes)
}

fn cpu(process: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The name of the program, in parentheses, may contain spaces.
    let (_, fields) = text.rsplit_once(')').with_context(|| format!("{path} has no name"))?;
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Ok(ticks.sum::<u64>() as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn memory(process: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        .with_context(|| format!("{path} has no Pss"))?;
    Ok(kib / 1024)
}
