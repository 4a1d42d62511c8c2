//! `cargo dev bench`: how fast TaskFlow is, beside what Postgres alone and a native server do in the same run.

mod connection;
mod crowd;
mod events;
mod lists;
mod load;
mod measured;
mod postgres;
mod process;
mod recurrence;
mod reminders;
mod report;
mod scenario;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;

use crate::command::build;
use crate::database::{self, DataFolder};
use crate::project;
use crate::step::Step;
use crate::tools;
use events::Drained;
use measured::Measured;
use process::Process;
use recurrence::Asked;
use scenario::{ADD_TASK_PLAINLY, SCENARIOS, Scenario, Without};
use world::World;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this scenario
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(names()))]
    scenario: Option<String>,
    /// Seconds that each measurement takes
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Seconds that the crowd is measured
    #[arg(long, default_value_t = 60)]
    crowd_seconds: u64,
    /// What has to do with events, with Kafka and Dapr themselves
    #[arg(long)]
    full: bool,
}

fn names() -> impl Iterator<Item = &'static str> {
    SCENARIOS.iter().map(|scenario| scenario.name).chain([crowd::NAME, recurrence::RULES]).chain(OF_EVENTS)
}

/// What has to do with events.
const OF_EVENTS: [&str; 6] =
    [events::DELAY, recurrence::COMPLETION, reminders::DELAY, reminders::OF_MANY, reminders::OF_ONE, events::DRAIN];

/// How many at the same time.
pub const CONNECTIONS: usize = 32;

/// What one scenario came to.
#[derive(Debug, Default)]
pub struct Outcome {
    scenario: &'static str,
    postgres: Option<Measured>,
    native: Option<Measured>,
    /// TaskFlow without something.
    without: Option<(Without, Measured)>,
    taskflow: Measured,
    /// The slowest list in Postgres, and its 95th percentile in milliseconds.
    slowest: Option<(&'static str, f64)>,
    /// How fast a queue was worked off.
    drained: Option<Drained>,
    /// How long rules took to say when they come next.
    rules: Vec<Asked>,
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
    build::functions(project::FUNCTIONS).await?;
    tools::run("cargo", &["build", "--quiet", "--package", "native"], [] as [(&str, &str); 0]).await?;
    let folder = project::target().join("bench");
    let _ = std::fs::remove_dir_all(&folder);
    let data = DataFolder::take(&folder)?;
    let (postgres, url) = database::start_embedded(&data).await?;
    database::migrate(&url).await?;

    let own = std::env::current_exe().context("where this command lies")?;
    let data_of_host = folder.join("host").display().to_string();
    let mut command = vec!["up", "--engine", "embedded", "--port", "0", "--data", &data_of_host];
    command.extend(arguments.full.then_some("--full"));
    let [port] = full::free_ports()?;
    let sidecar = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let token = web::hex(&web::random::<32>());
    let environment = [
        ("DATABASE_URL", url.to_text()),
        ("SPIN_VARIABLE_DAPR_PORT", sidecar.port().to_string()),
        ("SPIN_VARIABLE_DAPR_API_TOKEN", token.clone()),
    ];
    let host = Process::start(&own, &command, &environment).await?;
    let native = Process::start(
        &project::target().join("debug/native"),
        &[],
        &[("DATABASE_URL", database::as_user(&url)?.to_text())],
    )
    .await?;
    let at_rest = (host.memory()?, process::memory_of_group(postgres.process_id())?);
    let world = World::make(&url, &host, &native).await?;

    let is_chosen = |name: &str| {
        arguments.scenario.as_ref().is_none_or(|only| only == name) && (!arguments.full || OF_EVENTS.contains(&name))
    };
    let time = Duration::from_secs(arguments.seconds);
    let mut outcomes = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| is_chosen(scenario.name)) {
        let step = Step::begin(&format!("measuring {}", scenario.name));
        outcomes.push(measure(scenario, &world, time).await?);
        step.end("measured");
    }
    if is_chosen(crowd::NAME) {
        let step = Step::begin("measuring the crowd");
        let taskflow = crowd::load(&world, Duration::from_secs(arguments.crowd_seconds)).await?;
        outcomes.push(Outcome { scenario: crowd::NAME, taskflow, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(recurrence::RULES) {
        let step = Step::begin("measuring when series come next");
        outcomes.push(Outcome { scenario: recurrence::RULES, rules: recurrence::rules()?, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(events::DELAY) {
        let step = Step::begin("measuring the way to the audit trail");
        world.clean_up().await?;
        let [delay, publish] = events::delay(&world, sidecar, &token, time * 2).await?;
        outcomes.push(Outcome { scenario: events::DELAY, taskflow: delay, ..Outcome::default() });
        outcomes.push(Outcome { scenario: events::PUBLISH, taskflow: publish, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(recurrence::COMPLETION) {
        let step = Step::begin("measuring the way to the next occurrence");
        let taskflow = recurrence::completion(&world, time).await?;
        outcomes.push(Outcome { scenario: recurrence::COMPLETION, taskflow, ..Outcome::default() });
        step.end("measured");
    }
    for scenario in [reminders::DELAY, reminders::OF_MANY, reminders::OF_ONE] {
        if is_chosen(scenario) {
            let step = Step::begin(&format!("measuring {scenario}"));
            let taskflow = reminders::measure(&world, scenario, time).await?;
            outcomes.push(Outcome { scenario, taskflow, ..Outcome::default() });
            step.end("measured");
        }
    }
    if is_chosen(events::DRAIN) {
        let step = Step::begin("measuring how a queue is worked off");
        let drained = Some(events::drain(&world, &host).await?);
        outcomes.push(Outcome { scenario: events::DRAIN, drained, ..Outcome::default() });
        step.end("measured");
    }
    let memory =
        Memory { host_at_rest: at_rest.0, database_at_rest: at_rest.1, host: host.memory()?, native: native.memory()? };
    let report = report::write(&outcomes, memory, arguments.full)?;
    print!("{report}");
    if arguments.scenario.is_none() {
        let path = project::root().join(if arguments.full { "bench/RESULTS-FULL.md" } else { "bench/RESULTS.md" });
        std::fs::write(&path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Measures all of them in turns, twice, so that a machine that gets slower or faster does so for all. What one has left to
/// clean up or to publish is not charged to the next.
async fn measure(scenario: &'static Scenario, world: &World, time: Duration) -> anyhow::Result<Outcome> {
    let half = time / 2;
    let mut outcome = Outcome { scenario: scenario.name, ..Outcome::default() };
    if let ("lists", Some(call)) = (scenario.name, &scenario.postgres) {
        outcome.slowest = Some(postgres::slowest_list(scenario, call, world).await?);
    }
    world.clean_up().await?;
    for _ in 0..2 {
        world.set_publishing(false).await?;
        if let Some(call) = &scenario.postgres {
            let measured = postgres::load(scenario, call, world, half).await?;
            outcome.postgres.get_or_insert_default().add(measured);
        }
        if scenario.is_native {
            let measured = load::http(world.native, scenario, scenario.is_keyed, world, half).await?;
            outcome.native.get_or_insert_default().add(measured);
        }
        if let Some(without) = scenario.without {
            world.set_limits(without != Without::Guards).await?;
            world.set_publishing(without != Without::Publishing).await?;
            let plain = if without == Without::Tools { &ADD_TASK_PLAINLY } else { scenario };
            let measured = load::http(world.taskflow, plain, false, world, half).await?;
            outcome.without.get_or_insert((without, Measured::default())).1.add(measured);
            world.set_limits(true).await?;
        }
        world.set_publishing(true).await?;
        outcome.taskflow.add(load::http(world.taskflow, scenario, scenario.is_keyed, world, half).await?);
        world.caught_up().await?;
    }
    Ok(outcome)
}
