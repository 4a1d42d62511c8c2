//! An app that runs, on the embedded host or on real Spin: whoever starts it need not care which.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use anyhow::Result;

use crate::{App, Engine, Logs, Server, spin::Spin};

/// An app that runs. It ends when this is dropped.
pub enum Running {
    /// On an engine of this process.
    Embedded(Server),
    /// On the `spin` of the search path.
    Spin(Spin),
}

impl Running {
    /// Starts the app of a manifest: on the engine, or on real Spin where there is none, which prints its logs itself.
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

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Embedded(server) => server.address(),
            Self::Spin(spin) => spin.address(),
        }
    }

    /// Ends it in order.
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
