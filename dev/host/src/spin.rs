//! Real Spin as a child process, for the same manifest: `--engine spin`.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// A cold Spin compiles every component first.
const START: Duration = Duration::from_secs(120);

/// A running `spin up`. Dropping it ends it.
pub struct Spin {
    child: Child,
    address: SocketAddr,
}

impl Spin {
    /// Starts `spin` of the search path and waits until it answers. Port 0 is any free one.
    pub async fn start(manifest: &Path, variables: &BTreeMap<String, String>, address: SocketAddr) -> Result<Self> {
        let address = free(address)?;
        let mut command = Command::new("spin");
        command.arg("up").arg("--from").arg(manifest).arg("--listen").arg(address.to_string());
        // Guests' lines go to the caller's, and no files are left beside the manifest.
        command.args(["--quiet", "--log-dir", ""]);
        for (name, value) in variables {
            command.env(format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase()), value);
        }
        // With these, Spin writes its own stack into the errors that a guest sees.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        // `spin up` starts a process of its own for the trigger: the group has both.
        let child = command.stdin(Stdio::null()).process_group(0).spawn().context("spin cannot be started")?;
        let mut spin = Self { child, address };
        timeout(START, spin.ready()).await.context("spin did not answer in time")??;
        Ok(spin)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and waits until it has ended.
    pub async fn stop(mut self) -> Result<()> {
        self.signal("TERM");
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            self.signal("KILL");
            self.child.wait().await?;
        }
        Ok(())
    }

    async fn ready(&mut self) -> Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("spin ended: {status}, signal {:?}", status.signal());
            }
            if healthy(self.address).await.is_ok_and(|healthy| healthy) {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn signal(&self, name: &str) {
        if let Some(id) = self.child.id() {
            // The standard library can signal a process, but no group of them.
            let _ = std::process::Command::new("kill").arg(format!("-{name}")).arg("--").arg(format!("-{id}")).status();
        }
    }
}

impl Drop for Spin {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

/// Spin prints its port for people only, so a free one is looked for here.
fn free(address: SocketAddr) -> Result<SocketAddr> {
    Ok(TcpListener::bind(address).with_context(|| format!("nothing can listen at {address}"))?.local_addr()?)
}

async fn healthy(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /.well-known/spin/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
