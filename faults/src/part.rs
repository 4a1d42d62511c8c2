//! Parts of TaskFlow in processes of their own, so that drills can kill and freeze them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use host::{Engine, Limits, Logs, Running};
use sidecar::{Sidecar, Tokens};

/// Part that this program runs instead of the drills.
#[derive(Debug, clap::Subcommand)]
pub enum Part {
    /// Run the functions, with the variables of the environment
    #[command(hide = true)]
    Host { port: u16 },
    /// Run the embedded sidecar of an app, with its files in a folder
    #[command(hide = true)]
    Sidecar { port: u16, app: SocketAddr, folder: PathBuf },
}

impl Part {
    /// Runs it until it is killed.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Host { port } => {
                let engine = Engine::new(Limits::default())?;
                let manifest = project().join("spin.toml");
                let host =
                    Running::start(Some(&engine), &manifest, &BTreeMap::new(), local(port), Logs::Stdout)
                        .await?;
                println!("ready http://{}", host.address());
                std::future::pending().await
            }
            Self::Sidecar { port, app, folder } => {
                let tokens = Tokens { api: variable("DAPR_API_TOKEN")?, app: variable("APP_API_TOKEN")? };
                let sidecar = Sidecar::start(&project().join("dapr"), &folder, local(port), tokens).await?;
                sidecar.deliver_to(app);
                println!("ready http://{}", sidecar.address());
                std::future::pending().await
            }
        }
    }
}

/// The root folder of the project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("faults/ has a parent folder")
}

/// An address on this machine.
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn variable(name: &str) -> anyhow::Result<String> {
    let name = format!("SPIN_VARIABLE_{name}");
    std::env::var(&name).with_context(|| format!("{name} is not set"))
}
