//! Drills: parts of TaskFlow die, hang and fill up while users write, and nothing that was answered may be
//! lost or done twice. Run by `cargo dev faults`.

mod check;
mod drill;
mod events;
mod follower;
mod installation;
mod ledger;
mod part;
mod report;
mod round;
mod small_disk;
mod soak;
mod writer;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::{Parser, ValueEnum};
use operations::Step;
use tokio::signal::unix::{SignalKind, signal};

use crate::drill::{Drill, Pace};
use crate::installation::Installation;
use crate::part::Part;
use crate::small_disk::SmallDisk;
use crate::soak::Soak;

/// Breaks parts of TaskFlow under load, and checks that nothing is lost or done twice
#[derive(Debug, Parser)]
#[command(name = "cargo dev faults", bin_name = "cargo dev faults", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Run only this drill
    #[arg(long, value_enum, value_name = "NAME")]
    drill: Option<Drill>,
    /// Run a short form, as CI does
    #[arg(long, conflicts_with = "hours")]
    short: bool,
    /// Run rounds of drills for this time, and watch memory, connections and open files; needs about 3 GB of
    /// disk an hour
    #[arg(long, value_name = "N")]
    hours: Option<f64>,
    /// Use Kafka and Dapr, and break Kafka too
    #[arg(long)]
    full: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run_until_stopped(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until it is done or a signal stops it. What it has started stops with it.
async fn run_until_stopped(arguments: Arguments) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = run(arguments) => result,
        _ = interrupt.recv() => bail!("stopped before it was done"),
        _ = terminate.recv() => bail!("stopped before it was done"),
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(part) = arguments.part {
        return part.run().await;
    }
    let is_chosen = |drill: Drill| match arguments.drill {
        Some(only) => only == drill,
        None => arguments.full || !drill.needs_broker(),
    };
    let (of_disk, others): (Vec<Drill>, Vec<Drill>) = Drill::value_variants()
        .iter()
        .copied()
        .filter(|drill| is_chosen(*drill))
        .partition(|drill| *drill == Drill::DiskFull);
    ensure!(
        arguments.full || others.iter().all(|drill| !drill.needs_broker()),
        "this drill breaks Kafka: add --full"
    );
    let pace = pace(arguments.short, arguments.hours.is_some());
    let folder = std::env::current_exe().context("cannot find this program")?.with_file_name("faults-data");
    if !of_disk.is_empty() {
        match SmallDisk::mount(&folder.with_file_name("faults-small-disk")) {
            Ok(disk) => run_on_small_disk(&of_disk, &disk, pace).await?,
            Err(error) if arguments.drill.is_none() => eprintln!("· disk-full is left out: {error:#}"),
            Err(error) => return Err(error),
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let mut installation = start(&folder, arguments.full).await?;
    run_round(0, &others, &mut installation, None, pace).await?;
    match arguments.hours {
        Some(hours) => {
            soak(&others, &mut installation, Duration::try_from_secs_f64(hours * 3600.0)?, pace).await
        }
        None => Ok(()),
    }
}

fn pace(short: bool, soak: bool) -> Pace {
    let (kills, outage, calm) = match (short, soak) {
        (true, _) => (3, 1000, 500),
        (false, false) => (20, 5000, 2000),
        (false, true) => (20, 5000, 60_000),
    };
    Pace { kills, outage: Duration::from_millis(outage), calm: Duration::from_millis(calm) }
}

async fn start(folder: &Path, full: bool) -> anyhow::Result<Installation> {
    let step = Step::begin("starting TaskFlow");
    let installation = Installation::start(folder, full).await?;
    step.end("started");
    Ok(installation)
}

async fn run_on_small_disk(drills: &[Drill], disk: &SmallDisk, pace: Pace) -> anyhow::Result<()> {
    let mut installation = start(disk.folder(), false).await?;
    run_round(0, drills, &mut installation, Some(disk), pace).await
}

async fn run_round(
    number: usize,
    drills: &[Drill],
    installation: &mut Installation,
    disk: Option<&SmallDisk>,
    pace: Pace,
) -> anyhow::Result<()> {
    let outcome = round::run(number, drills, installation, disk, pace).await?;
    println!("{}", report::table(&outcome));
    report::verdict(&outcome, &installation.folder())
}

/// Runs rounds until the time is over. Drills that end the watched processes are left out, so that what leaks
/// adds up.
async fn soak(
    drills: &[Drill],
    installation: &mut Installation,
    time: Duration,
    pace: Pace,
) -> anyhow::Result<()> {
    let drills: Vec<Drill> = drills.iter().copied().filter(|drill| !drill.ends_watched()).collect();
    ensure!(!drills.is_empty(), "a soak needs a drill that leaves the host and the sidecar running");
    let (began, soak) =
        (Instant::now(), Soak::begin(installation.processes(), installation.database.clone()));
    for number in 1.. {
        if began.elapsed() > time {
            break;
        }
        run_round(number, &drills, installation, None, pace).await?;
    }
    let verdict = soak.verdict();
    for (line, _) in &verdict {
        println!("{line}");
    }
    let leaks = verdict.iter().filter(|(_, leaks)| *leaks).count();
    ensure!(leaks == 0, "{leaks} of these quantities leak");
    Ok(())
}
