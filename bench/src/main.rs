//! Load scenarios: how fast TaskFlow is beside Postgres alone and a native server, in the same run. Run by
//! `cargo dev bench`.

mod crowd;
mod events;
mod lists;
mod load;
mod measurement;
mod postgres;
mod recurrence;
mod reminders;
mod report;
mod request;
mod scale;
mod scenario;
mod streams;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use embedded_postgres::{DataFolder, Embedded, Purpose};
use operations::{Release, Role, Step};
use workload::{Process, process};

use crate::events::Drained;
use crate::measurement::Measurement;
use crate::postgres::SlowestList;
use crate::recurrence::RuleLatency;
use crate::scenario::{SCENARIOS, Scenario, Without};
use crate::streams::Streams;
use crate::world::World;

/// Measures TaskFlow beside Postgres alone and a native server
#[derive(Debug, Parser)]
#[command(name = "cargo dev bench", bin_name = "cargo dev bench")]
struct Arguments {
    /// Run only this scenario
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(names()))]
    scenario: Option<String>,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 8, value_name = "N")]
    seconds: u64,
    /// Seconds of the `crowd` scenario: 500 users who pause between their requests
    #[arg(long, default_value_t = 60, value_name = "N")]
    crowd_seconds: u64,
    /// Run the scenarios of events, with Kafka and Dapr
    #[arg(long)]
    full: bool,
    /// Run the scenarios of requests twice: before and after the database is filled with a million tasks
    #[arg(long, conflicts_with = "full")]
    scale: bool,
}

fn names() -> impl Iterator<Item = &'static str> {
    SCENARIOS
        .iter()
        .map(|scenario| scenario.name)
        .chain([crowd::NAME, recurrence::RULES, streams::FIFTY, streams::FIVE_HUNDRED, streams::BURST])
        .chain(EVENT_SCENARIOS)
}

/// Names of the scenarios that involve events, the only ones that run with `--full`.
const EVENT_SCENARIOS: [&str; 8] = [
    events::DELAY,
    recurrence::COMPLETION,
    reminders::DELAY,
    reminders::MANY_USERS,
    reminders::ONE_USER,
    streams::PROXIED,
    streams::IDLE,
    events::DRAIN,
];

/// Number of connections on which requests are sent at once.
pub const CONNECTIONS: usize = 32;

/// Result of a scenario.
#[derive(Debug, Default)]
pub struct Outcome {
    scenario: &'static str,
    postgres: Option<Measurement>,
    native: Option<Measurement>,
    /// TaskFlow with a part of the work left out.
    without: Option<(Without, Measurement)>,
    taskflow: Measurement,
    /// Slowest list in Postgres.
    slowest: Option<SlowestList>,
    /// Speed at which a queue was drained.
    drained: Option<Drained>,
    /// Time that each rule took to compute its next occurrence.
    rules: Vec<RuleLatency>,
    /// Cost of live streams.
    streams: Streams,
}

/// Memory of the processes, in MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    host_at_rest: u64,
    database_at_rest: u64,
    host: u64,
    native: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("bench/ lies in the project")?;
    // `cargo dev` is built beside this program, and the native server as a release.
    let programs = std::env::current_exe().context("cannot find this program")?;
    let target = programs.ancestors().nth(2).context("this program lies in a target folder")?;
    let folder = programs.with_file_name("bench-data");
    let _ = std::fs::remove_dir_all(&folder);
    let data = DataFolder::take(&folder)?;
    streams::allow_connections()?;
    let postgres = Embedded::start(&data, 0, Purpose::Keep).await?;
    let url = postgres.url("postgres");
    operations::migrate::up(&Release::read(project)?, &url).await?;

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
    let host = Process::start(&programs.with_file_name("dev"), &command, &environment, None).await?;
    let environment = [("DATABASE_URL", Role::User.url(&url).to_text())];
    let native = Process::start(&target.join("release/native"), &[], &environment, None).await?;
    let at_rest = (host.memory()?, process::memory_of_group(postgres.process_id())?);
    let world = World::make(&url, &host, &native).await?;

    let only_full = [streams::PROXIED, streams::IDLE];
    let is_chosen = |name: &str| {
        arguments.scenario.as_ref().is_none_or(|only| only == name)
            && (if arguments.full { EVENT_SCENARIOS.contains(&name) } else { !only_full.contains(&name) })
    };
    let time = Duration::from_secs(arguments.seconds);
    let crowd_time = Duration::from_secs(arguments.crowd_seconds);
    if arguments.scale {
        let report = scale::run(&world, is_chosen, time, crowd_time).await?;
        return save(&report, project, "bench/SCALE.md", &arguments);
    }
    let mut outcomes = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| is_chosen(scenario.name)) {
        let step = Step::begin(&format!("measuring {}", scenario.name));
        outcomes.push(measure(scenario, &world, time).await?);
        step.end("measured");
    }
    if is_chosen(crowd::NAME) {
        let step = Step::begin("measuring the crowd");
        let taskflow = crowd::load(&world, world::CROWD.count, crowd_time).await?;
        outcomes.push(Outcome { scenario: crowd::NAME, taskflow, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(recurrence::RULES) {
        let step = Step::begin("measuring next occurrences of rules");
        outcomes.push(Outcome {
            scenario: recurrence::RULES,
            rules: recurrence::rules()?,
            ..Outcome::default()
        });
        step.end("measured");
    }
    if is_chosen(events::DELAY) {
        let step = Step::begin("measuring the delay to the audit trail");
        world.clean_up().await?;
        let [delay, publish] = events::delay(&world, sidecar, &token, time * 2).await?;
        outcomes.push(Outcome { scenario: events::DELAY, taskflow: delay, ..Outcome::default() });
        outcomes.push(Outcome { scenario: events::PUBLISH, taskflow: publish, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(recurrence::COMPLETION) {
        let step = Step::begin("measuring the delay to the next occurrence");
        let taskflow = recurrence::completion(&world, time).await?;
        outcomes.push(Outcome { scenario: recurrence::COMPLETION, taskflow, ..Outcome::default() });
        step.end("measured");
    }
    for scenario in [reminders::DELAY, reminders::MANY_USERS, reminders::ONE_USER] {
        if is_chosen(scenario) {
            let step = Step::begin(&format!("measuring {scenario}"));
            let taskflow = reminders::measure(&world, scenario, time).await?;
            outcomes.push(Outcome { scenario, taskflow, ..Outcome::default() });
            step.end("measured");
        }
    }
    for (scenario, clients) in [(streams::FIFTY, 50), (streams::FIVE_HUNDRED, 500)] {
        if is_chosen(scenario) {
            let step = Step::begin(&format!("measuring {scenario}"));
            let taskflow = streams::delay(&world, world.taskflow, clients, time).await?;
            let processes = [host.id()?, postgres.process_id()];
            let streams = streams::idle(world.taskflow, clients, &processes, time).await?;
            outcomes.push(Outcome { scenario, taskflow, streams, ..Outcome::default() });
            step.end("measured");
        }
    }
    if is_chosen(streams::BURST) {
        let step = Step::begin("measuring a burst in a stream");
        let (taskflow, streams) = streams::burst(&world).await?;
        outcomes.push(Outcome { scenario: streams::BURST, taskflow, streams, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(streams::PROXIED) {
        let step = Step::begin("measuring streams in a proxy");
        let clients = streams::PROXIED_CLIENTS;
        let taskflow = streams::delay(&world, host.proxy()?, clients, time).await?;
        outcomes.push(Outcome { scenario: streams::PROXIED, taskflow, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(streams::IDLE) {
        let step = Step::begin("measuring idle streams in a proxy");
        let processes = [host.id()?, postgres.process_id()];
        let streams = streams::idle(host.proxy()?, streams::IDLE_CLIENTS, &processes, time).await?;
        outcomes.push(Outcome { scenario: streams::IDLE, streams, ..Outcome::default() });
        step.end("measured");
    }
    if is_chosen(events::DRAIN) {
        let step = Step::begin("measuring how fast a queue is drained");
        let drained = Some(events::drain(&world, &host).await?);
        outcomes.push(Outcome { scenario: events::DRAIN, drained, ..Outcome::default() });
        step.end("measured");
    }
    let memory = Memory {
        host_at_rest: at_rest.0,
        database_at_rest: at_rest.1,
        host: host.memory()?,
        native: native.memory()?,
    };
    let report = report::write(&outcomes, memory, arguments.full)?;
    let file = if arguments.full { "bench/RESULTS-FULL.md" } else { "bench/RESULTS.md" };
    save(&report, project, file, &arguments)
}

/// Prints a report, and writes it to its file if it has all scenarios.
fn save(report: &str, project: &Path, file: &str, arguments: &Arguments) -> anyhow::Result<()> {
    print!("{report}");
    if arguments.scenario.is_none() {
        let path = project.join(file);
        std::fs::write(&path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Measures all servers in turns, twice, so that a machine that becomes slower or faster affects all of them.
/// Vacuuming and publishing that one server causes are finished before the next begins.
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
            world.set_limits(!matches!(without, Without::Guards)).await?;
            world.set_publishing(!matches!(without, Without::Publishing)).await?;
            let plain = if let Without::Tools(plain) = without { plain } else { scenario };
            let measured = load::http(world.taskflow, plain, false, world, half).await?;
            outcome.without.get_or_insert((without, Measurement::default())).1.add(measured);
            world.set_limits(true).await?;
        }
        world.set_publishing(true).await?;
        outcome.taskflow.add(load::http(world.taskflow, scenario, scenario.is_keyed, world, half).await?);
        world.wait_until_taken().await?;
    }
    Ok(outcome)
}
