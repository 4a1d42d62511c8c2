//! `cargo dev up`: all of TaskFlow on this machine, until it is stopped.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, bail};
use host::{Engine, Limits, Logs, Running};

use crate::command::build;
use crate::database::{self, DataFolder, DatabaseUrl};
use crate::project;
use crate::sidecar;
use crate::tools;
use crate::watch::Watch;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Port to listen on
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Folder for the database and logs [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Rebuild and restart when a file changes
    #[arg(long)]
    watch: bool,
    /// Use real Kafka and Dapr instead of the embedded sidecar
    #[arg(long)]
    full: bool,
    /// Broker behind Dapr
    #[arg(long, value_enum, default_value_t, requires = "full")]
    broker: BrokerKind,
    /// Host that runs the functions [default: spin if it is installed, else embedded]
    #[arg(long, value_enum)]
    engine: Option<EngineKind>,
}

/// Host that runs the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineKind {
    /// The embedded host
    Embedded,
    /// The `spin` on the PATH
    Spin,
}

/// Broker behind Dapr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum BrokerKind {
    /// Kafka
    #[default]
    Kafka,
    /// Redis
    Redis,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    check_port(address).await?;
    if arguments.engine == Some(EngineKind::Spin) {
        tools::ensure_spin().await?;
    }
    let data = DataFolder::take(&project::data(arguments.data.as_deref()))?;
    let mut watch = Watch::begin()?;
    build::functions(project::FUNCTIONS).await?;
    let database::Ready { mut variables, url, mut embedded } = database::prepare(&data).await?;
    // Links in e-mails begin with it, unless the operator has set another URL.
    if std::env::var_os("SPIN_VARIABLE_PUBLIC_URL").is_none() {
        variables.insert("public_url".into(), format!("http://{address}"));
    }
    let broker = arguments.full.then_some(arguments.broker);
    let mut sidecar = sidecar::start(&data, &url, broker, &mut variables).await?;
    let engine = match arguments.engine {
        Some(EngineKind::Spin) => None,
        None if tools::ensure_spin().await.is_ok() => None,
        Some(EngineKind::Embedded) | None => Some(Engine::new(Limits::default())?),
    };
    let start = async |sidecar: &mut sidecar::RunningSidecar| {
        let manifest = project::manifest();
        let running = Running::start(engine.as_ref(), &manifest, &variables, address, Logs::Stdout).await?;
        sidecar.deliver_to(running.address()).await?;
        if let Some(proxy) = sidecar.proxy() {
            println!("proxy http://{proxy}");
        }
        println!("ready http://{}", running.address());
        anyhow::Ok(running)
    };
    let mut running = start(&mut sidecar).await?;
    loop {
        tokio::select! {
            error = database::unexpected_exit(&mut embedded) => return Err(error),
            changed = watch.changed(), if arguments.watch => changed?,
        }
        // After a failed build the previous version keeps running.
        if let Err(error) = rebuild(&url).await {
            eprintln!("error: {error:#}");
            continue;
        }
        running.stop().await?;
        running = start(&mut sidecar).await?;
    }
}

async fn rebuild(url: &DatabaseUrl) -> anyhow::Result<()> {
    build::functions(project::FUNCTIONS).await?;
    database::migrate(url).await.map(drop)
}

/// Fails early if the port is in use, unless it becomes free within two seconds.
async fn check_port(address: SocketAddr) -> anyhow::Result<()> {
    match host::listen(address).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {} is taken: stop what uses it, or choose another by --port", address.port())
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}
