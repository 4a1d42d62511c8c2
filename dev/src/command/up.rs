//! `cargo dev up`: all of TaskFlow on this machine, until it is told to stop.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, bail};
use host::{Engine, Limits, Logs, Running};

use crate::command::build;
use crate::database::{self, DataFolder};
use crate::project;
use crate::signal;
use crate::watch::Watch;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The port to answer at
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The folder for the database and logs [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Build and start again when a file changes
    #[arg(long)]
    watch: bool,
    /// What runs the functions
    #[arg(long, value_enum, default_value_t = EngineKind::Embedded)]
    engine: EngineKind,
}

/// What runs the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineKind {
    /// The host that comes with TaskFlow
    Embedded,
    /// The `spin` on the search path
    Spin,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // When told to stop while it starts, what was started so far is dropped, and so stopped.
    tokio::select! {
        ended = serve(arguments) => ended,
        stop = signal::told_to_stop() => stop,
    }
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    check_port(address)?;
    let data = DataFolder::take(&arguments.data.unwrap_or_else(|| project::root().join(".taskflow")))?;
    let mut watch = Watch::begin()?;
    build::functions(project::FUNCTIONS).await?;
    let database = database::prepare(&data).await?;
    let engine = match arguments.engine {
        EngineKind::Embedded => Some(Engine::new(Limits::default())?),
        EngineKind::Spin => None,
    };
    let start = || async {
        let manifest = project::manifest();
        let variables = &database.variables;
        let running = Running::start(engine.as_ref(), &manifest, variables, address, Logs::Stdout).await?;
        println!("ready http://{}", running.address());
        anyhow::Ok(running)
    };
    let mut running = start().await?;
    if !arguments.watch {
        return std::future::pending().await;
    }
    loop {
        watch.changed().await?;
        // What cannot be built is told, and what ran before goes on.
        if let Err(error) = rebuild(&database).await {
            eprintln!("error: {error:#}");
            continue;
        }
        running.stop().await?;
        running = start().await?;
    }
}

async fn rebuild(database: &database::Ready) -> anyhow::Result<()> {
    build::functions(project::FUNCTIONS).await?;
    database.migrate().await
}

fn check_port(address: SocketAddr) -> anyhow::Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {} is taken: stop what uses it, or choose another by --port", address.port())
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}
