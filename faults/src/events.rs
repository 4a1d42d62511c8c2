//! Sidecar and broker of an installation: the embedded sidecar, or Dapr and Kafka.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use full::Sidecars;
use full::kafka::{Installed, Kafka};
use sidecar::{Tokens, read_topics};
use workload::Process;

use crate::part::project;

/// Sidecar and broker. What they have acknowledged survives when they are killed.
pub enum Events {
    /// The embedded sidecar, which is its own broker.
    Embedded(Embedded),
    /// Dropped in this order: sidecars stop before their broker.
    Full { sidecars: Sidecars, kafka: Kafka, app: SocketAddr },
}

/// The embedded sidecar as a process, and what starts it.
pub struct Embedded {
    process: Option<Process>,
    arguments: [String; 4],
    environment: Vec<(String, String)>,
    log: PathBuf,
}

impl Events {
    /// Starts the embedded sidecar of an app on a port, with its files in a folder.
    pub async fn embedded(
        port: u16,
        app: SocketAddr,
        folder: &Path,
        environment: Vec<(String, String)>,
    ) -> anyhow::Result<Self> {
        let arguments = ["sidecar".into(), port.to_string(), app.to_string(), folder.display().to_string()];
        let log = folder.with_file_name("sidecar.log");
        let mut events = Self::Embedded(Embedded { process: None, arguments, environment, log });
        events.start_sidecar().await?;
        Ok(events)
    }

    /// Starts Dapr's sidecars of an app, the first of them on a port, in front of a Kafka.
    pub async fn full(
        port: u16,
        app: SocketAddr,
        folder: &Path,
        tokens: Tokens,
        kafka: Kafka,
    ) -> anyhow::Result<Self> {
        let daprd = program("TASKFLOW_DAPRD")?;
        let mut sidecars = Sidecars::new(&daprd, &project().join("dapr"), "kafka", folder, port, tokens)?;
        sidecars.deliver_to(app).await?;
        Ok(Self::Full { sidecars, kafka, app })
    }

    /// Starts the sidecar after it was killed.
    pub async fn start_sidecar(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Embedded(Embedded { process, arguments, environment, log }) => {
                let program = std::env::current_exe().context("cannot find this program")?;
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                *process =
                    Some(Process::start(&program, &arguments, environment, Some(log.as_path())).await?);
                Ok(())
            }
            Self::Full { sidecars, app, .. } => {
                sidecars.launch()?;
                sidecars.deliver_to(*app).await
            }
        }
    }

    /// Kills the sidecar.
    pub async fn kill_sidecar(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Embedded(Embedded { process, .. }) => match process.take() {
                Some(process) => process.kill().await,
                None => Ok(()),
            },
            Self::Full { sidecars, .. } => {
                sidecars.kill();
                Ok(())
            }
        }
    }

    /// Process id of the embedded sidecar. Dapr has a process for each app id.
    pub fn sidecar_id(&self) -> Option<u32> {
        match self {
            Self::Embedded(Embedded { process, .. }) => process.as_ref()?.id().ok(),
            Self::Full { .. } => None,
        }
    }

    /// Kafka, if this has one.
    pub fn broker(&mut self) -> anyhow::Result<&mut Kafka> {
        match self {
            Self::Embedded(_) => bail!("the embedded sidecar has no broker: run this with --full"),
            Self::Full { kafka, .. } => Ok(kafka),
        }
    }
}

/// Starts Kafka with its files in a new folder.
pub async fn start_kafka(folder: &Path) -> anyhow::Result<Kafka> {
    let installed = Installed(program("TASKFLOW_KAFKA")?);
    Kafka::start(&installed, folder, &read_topics(&project().join("dapr"))?).await
}

/// Path of an installed program, as `cargo dev faults --full` passes it on.
fn program(variable: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os(variable);
    path.map(PathBuf::from).with_context(|| format!("{variable} is not set: run this by `cargo dev faults`"))
}
