//! `cargo dev clients`: the client library, by itself and against a running TaskFlow.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use host::{Engine, Limits, Logs, Running};

use crate::command::build;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::project;
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number of schedules of the model test
    #[arg(long, default_value_t = 1000)]
    schedules: u32,
    /// Seed of the first schedule: another one runs others
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    install().await?;
    npm("check", &[]).await?;
    npm("test", &[]).await?;
    let (schedules, seed) = (arguments.schedules.to_string(), arguments.seed.to_string());
    npm("model", &[("SCHEDULES", &schedules), ("SEED", &seed)]).await?;

    build::functions(project::FUNCTIONS).await?;
    let data = DataFolder::take(&project::target().join("clients-database"))?;
    let postgres = Embedded::start(&data, 0, Purpose::Tests).await?;
    let template = database::make_template(&postgres).await?;
    let url = postgres.url(&template);
    let engine = Engine::new(Limits::default())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let app =
        Running::start(Some(&engine), &project::manifest(), &url.variables(), address, Logs::captured())
            .await?;
    npm("contract", &[("TASKFLOW_URL", &format!("http://{}", app.address()))]).await
}

/// Installs the packages that the client library is built and tested with.
pub async fn install() -> anyhow::Result<()> {
    let folder = folder();
    let step = Step::begin("installing the packages of the client library");
    let command =
        ["ci", "--prefix", &folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    tools::run("npm", &command, [] as [(&str, &str); 0])
        .await
        .context("it needs Node with npm (Debian: nodejs and npm)")?;
    step.end("installed");
    Ok(())
}

/// Runs a script of the client library's package.
async fn npm(script: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let folder = folder();
    let command = ["run", "--silent", "--prefix", &folder, script];
    tools::run("npm", &command, environment.iter().copied()).await
}

fn folder() -> String {
    project::root().join("clients/typescript").display().to_string()
}
