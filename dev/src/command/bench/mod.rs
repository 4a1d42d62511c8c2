//! `cargo dev bench`: how fast TaskFlow is, beside what Postgres alone and a native server do in the same run.

mod load;
mod postgres;
mod process;
mod report;
mod scenario;

use std::time::Duration;

use anyhow::Context;

use crate::command::build;
use crate::database::{self, DataFolder};
use crate::project;
use crate::signal;
use crate::step::Step;
use crate::tools;
use load::Measured;
use process::Process;
use scenario::{SCENARIOS, Scenario, World};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this scenario
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(SCENARIOS.iter().map(|scenario| scenario.name)))]
    scenario: Option<String>,
    /// Seconds that each measurement takes
    #[arg(long, default_value_t = 8)]
    seconds: u64,
}

/// How many at the same time.
pub const CONNECTIONS: usize = 32;

/// What one scenario came to.
pub struct Outcome {
    scenario: &'static Scenario,
    postgres: Option<Measured>,
    native: Measured,
    taskflow: Measured,
}

/// What the processes take of memory, in MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    host_at_rest: u64,
    database_at_rest: u64,
    host: u64,
    native: u64,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    tokio::select! {
        ended = bench(arguments) => ended,
        stop = signal::told_to_stop() => stop,
    }
}

async fn bench(arguments: Arguments) -> anyhow::Result<()> {
    build::functions(project::FUNCTIONS).await?;
    tools::run("cargo", &["build", "--quiet", "--package", "native"], [] as [(&str, &str); 0]).await?;
    let folder = project::target().join("bench");
    let _ = std::fs::remove_dir_all(&folder);
    let data = DataFolder::take(&folder)?;
    let (postgres, url) = database::start_embedded(&data).await?;
    database::migrate(&url).await?;

    let own = std::env::current_exe().context("where this command lies")?;
    let data_of_host = folder.join("host").display().to_string();
    let address = url.to_text();
    let host =
        Process::start(&own, &["up", "--engine", "embedded", "--port", "0", "--data", &data_of_host], &address).await?;
    let native = Process::start(&project::target().join("debug/native"), &[], &address).await?;
    let at_rest = (host.memory()?, process::memory_of_group(postgres.process_id())?);
    let world = World::make(&url, &host, &native).await?;

    let chosen = |scenario: &&Scenario| arguments.scenario.as_ref().is_none_or(|name| name == scenario.name);
    let mut outcomes = Vec::new();
    for scenario in SCENARIOS.iter().filter(chosen) {
        let step = Step::begin(&format!("measuring {}", scenario.name));
        outcomes.push(measure(scenario, &world, Duration::from_secs(arguments.seconds)).await?);
        step.end("measured");
    }
    let memory =
        Memory { host_at_rest: at_rest.0, database_at_rest: at_rest.1, host: host.memory()?, native: native.memory()? };
    let report = report::write(&outcomes, memory)?;
    print!("{report}");
    if arguments.scenario.is_none() {
        let path = project::root().join("bench/RESULTS.md");
        std::fs::write(&path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Measures the three in turns, twice, so that a machine that gets slower or faster does so for all.
async fn measure(scenario: &'static Scenario, world: &World, time: Duration) -> anyhow::Result<Outcome> {
    let half = time / 2;
    let mut postgres: Option<Measured> = None;
    let mut native = Measured::default();
    let mut taskflow = Measured::default();
    for _ in 0..2 {
        if let Some(call) = &scenario.postgres {
            postgres.get_or_insert_default().add(postgres::load(scenario.name, call, world, half).await?);
        }
        native.add(load::http(world.native, scenario, half).await?);
        taskflow.add(load::http(world.taskflow, scenario, half).await?);
    }
    Ok(Outcome { scenario, postgres, native, taskflow })
}
