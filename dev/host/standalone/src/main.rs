//! `taskflow-host`: the embedded host as a program of its own. It understands the arguments and variables
//! with which SpinKube starts `spin` in a container, and refuses those that it cannot honour.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use host::{App, Engine, Limits, Logs, Server};
use tokio::signal::unix::{SignalKind, signal};

/// File beside the manifest with the digest of its app in registries.
const DIGEST: &str = "app.digest";
const MANIFEST: &str = "spin.toml";

/// Runs a Spin app without Spin
#[derive(Debug, Parser)]
#[command(name = "taskflow-host", version, disable_help_subcommand = true)]
enum Command {
    /// Run the app until SIGTERM or SIGINT
    Up(Arguments),
}

#[derive(Debug, clap::Args)]
struct Arguments {
    /// App: a spin.toml, or the reference by digest under which a registry has the app of this image
    /// [default: spin.toml]
    #[arg(short = 'f', long)]
    from: Option<String>,
    /// Address to listen on [default: SPIN_HTTP_LISTEN_ADDR, else 127.0.0.1:3000]
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Component to run, several times for several [default: SPIN_COMPONENTS_TO_RETAIN, else all]
    #[arg(long)]
    component_id: Vec<String>,
    /// Runtime configuration, which has to be empty
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Up(arguments) = Command::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    check_runtime_configuration(arguments.runtime_config_file.as_deref())?;
    let manifest = find_manifest(arguments.from.as_deref())?;
    let mut app = App::load(&manifest, &BTreeMap::new())?;
    let components = match arguments.component_id.is_empty() {
        true => variable("SPIN_COMPONENTS_TO_RETAIN").map(|names| split(&names)).unwrap_or_default(),
        false => arguments.component_id,
    };
    if !components.is_empty() {
        app.retain(&components)?;
    }
    // Before the start, so that a signal during it is not lost.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let engine = Engine::new(limits()?)?;
    let server = Server::start(&engine, app, address(arguments.listen)?, Logs::Stdout).await?;
    eprintln!("ready http://{}", server.address());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.stop().await;
    Ok(())
}

/// Returns the manifest that an argument names. A registry has an app by its digest; this program fetches
/// none, and runs the one that it has only if it is the same.
fn find_manifest(from: Option<&str>) -> Result<PathBuf> {
    let Some(from) = from else { return Ok(MANIFEST.into()) };
    if Path::new(from).is_file() {
        return Ok(from.into());
    }
    let own = std::fs::read_to_string(DIGEST)
        .with_context(|| format!("{from} is no file, and there is no app from a registry here ({DIGEST})"))?;
    match from.rsplit_once('@') {
        Some((_, digest)) if digest == own => Ok(MANIFEST.into()),
        Some(_) => bail!("{from} is another app than the one in this image, which is {own}"),
        None => bail!("{from} has no digest: name the app in this image as {from}@{own}"),
    }
}

fn check_runtime_configuration(file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let is_empty = text.trim().is_empty();
    ensure!(is_empty, "{} is not empty: this host knows no runtime configuration", file.display());
    Ok(())
}

fn address(listen: Option<SocketAddr>) -> Result<SocketAddr> {
    if let Some(address) = listen {
        return Ok(address);
    }
    let address = variable("SPIN_HTTP_LISTEN_ADDR").unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    address.parse().with_context(|| format!("SPIN_HTTP_LISTEN_ADDR is no address: {address}"))
}

fn limits() -> Result<Limits> {
    let mut limits = Limits::default();
    if let Some(memory) = variable("SPIN_MAX_INSTANCE_MEMORY") {
        limits.memory = memory.parse().context("SPIN_MAX_INSTANCE_MEMORY is not a number of bytes")?;
    }
    if let Some(count) = variable("SPIN_MAX_INSTANCE_COUNT") {
        limits.instances = count.parse().context("SPIN_MAX_INSTANCE_COUNT is not a number")?;
    }
    Ok(limits)
}

fn split(names: &str) -> Vec<String> {
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
