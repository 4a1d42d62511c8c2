//! Mailbox for development: a small SMTP server that accepts every mail and keeps it in a folder.

mod command;
mod session;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::mailbox::session::Session;

/// A running mailbox. Dropping it stops it.
pub struct Mailbox {
    address: SocketAddr,
    stop: CancellationToken,
}

impl Mailbox {
    /// Starts a mailbox on a local port, or any free port if that is 0. The folder is created if it does not
    /// exist.
    pub async fn start(port: u16, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let (address, stop) = (listener.local_addr()?, CancellationToken::new());
        let folder = Arc::from(folder);
        tokio::spawn(stop.clone().run_until_cancelled_owned({
            let stop = stop.clone();
            async move {
                loop {
                    let Ok((stream, _)) = listener.accept().await else { continue };
                    let _ = stream.set_nodelay(true);
                    let session = Session::new(stream, Arc::clone(&folder));
                    // An error only means that the client has disconnected.
                    tokio::spawn(
                        stop.clone().run_until_cancelled_owned(async { drop(session.serve().await) }),
                    );
                }
            }
        }));
        Ok(Self { address, stop })
    }

    /// Address of the SMTP server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
