//! A running app, on the embedded host or on real Spin.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use crate::app::App;
use crate::engine::Engine;
use crate::logs::Logs;
use crate::server::Server;
use crate::spin::Spin;

/// A running app. Dropping it stops the app.
pub enum Running {
    /// The embedded host, in this process.
    Embedded(Server),
    /// Real Spin, in a process of its own.
    Spin(Spin),
}

impl Running {
    /// Starts the app of a manifest: on the engine, or on real Spin if `engine` is `None`. Spin prints its
    /// logs itself.
    pub async fn start(
        engine: Option<&Engine>,
        manifest: &Path,
        variables: &BTreeMap<String, String>,
        address: SocketAddr,
        logs: Logs,
    ) -> Result<Self> {
        let Some(engine) = engine else {
            return Spin::start(manifest, variables, address).await.map(Self::Spin);
        };
        Server::start(engine, App::load(manifest, variables)?, address, logs).await.map(Self::Embedded)
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Embedded(server) => server.address(),
            Self::Spin(spin) => spin.address(),
        }
    }

    /// Stops the app after the requests in flight.
    pub async fn stop(self) -> Result<()> {
        match self {
            Self::Embedded(server) => {
                server.stop().await;
                Ok(())
            }
            Self::Spin(spin) => spin.stop().await,
        }
    }
}
