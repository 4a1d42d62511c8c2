//! Real Spin as a child process, for the same manifest: `--engine spin`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::listen::listen;

/// Time for Spin to start, which on a first run compiles every component.
const START_TIMEOUT: Duration = Duration::from_secs(300);

/// A running `spin up`. Dropping it kills the process.
pub struct Spin {
    child: Child,
    address: SocketAddr,
}

impl Spin {
    /// Starts the `spin` on the search path and waits until it responds. Port 0 stands for any free port.
    pub async fn start(
        manifest: &Path,
        variables: &BTreeMap<String, String>,
        address: SocketAddr,
    ) -> Result<Self> {
        let address = free_address(address).await?;
        let mut command = Command::new("spin");
        command.arg("up").arg("--from").arg(manifest).arg("--listen").arg(address.to_string());
        // Lines of guests go to the standard output, and no log files are written beside the manifest.
        command.args(["--quiet", "--log-dir", ""]);
        for (name, value) in variables {
            command.env(format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase()), value);
        }
        // With these variables, Spin adds its own stack to the errors that a guest gets.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        // `spin up` starts another process for the trigger. Signals to the group reach both.
        let child = command.stdin(Stdio::null()).process_group(0).spawn().context("cannot start spin")?;
        let mut spin = Self { child, address };
        timeout(START_TIMEOUT, spin.wait_until_ready()).await.context("spin did not respond in time")??;
        Ok(spin)
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and waits until its process has exited.
    pub async fn stop(mut self) -> Result<()> {
        self.signal("TERM");
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            self.signal("KILL");
            self.child.wait().await?;
        }
        Ok(())
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("spin exited: {status}, signal {:?}", status.signal());
            }
            if is_healthy(self.address).await.unwrap_or(false) {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn signal(&self, name: &str) {
        if let Some(id) = self.child.id() {
            // The standard library cannot signal a process group.
            let _ = std::process::Command::new("kill")
                .arg(format!("-{name}"))
                .arg("--")
                .arg(format!("-{id}"))
                .status();
        }
    }
}

impl Drop for Spin {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

/// Chooses the port, because Spin does not report the one that it chose in a form to parse.
async fn free_address(address: SocketAddr) -> Result<SocketAddr> {
    Ok(listen(address).await.with_context(|| format!("cannot listen on {address}"))?.local_addr()?)
}

async fn is_healthy(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("GET /.well-known/spin/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response.starts_with("HTTP/1.1 200"))
}
