//! `cargo dev test`: all tests, against the built functions and a real Postgres.

use std::path::Path;

use anyhow::Context;
use full::kafka::{Installed, Kafka};

use crate::command::build;
use crate::command::up::{BrokerKind, EngineKind};
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::files;
use crate::programs;
use crate::project;
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run only tests whose name contains this
    filter: Option<String>,
    /// Host that runs the functions
    #[arg(long, value_enum, default_value_t = EngineKind::Embedded)]
    engine: EngineKind,
    /// Use real Kafka and Dapr; without a filter, run only tests that involve them
    #[arg(long)]
    full: bool,
    /// Broker behind Dapr
    #[arg(long, value_enum, default_value_t, requires = "full")]
    broker: BrokerKind,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.engine == EngineKind::Spin {
        tools::ensure_spin().await?;
    }
    build::functions(&[project::FUNCTIONS, &["guest"]].concat()).await?;
    let data = DataFolder::take(&project::target().join("test-database"))?;
    let postgres = Embedded::start(&data, 0, Purpose::Tests).await?;
    let template = database::make_template(&postgres).await?;
    let engine = match arguments.engine {
        EngineKind::Embedded => "embedded",
        EngineKind::Spin => "spin",
    };
    let server = postgres.url("postgres").to_text();
    let threads = threads(arguments.full)?;
    let mut environment = vec![
        ("RUST_TEST_THREADS", threads.to_string()),
        ("TASKFLOW_TEST_DATABASE", server),
        ("TASKFLOW_TEST_TEMPLATE", template),
        ("TASKFLOW_ENGINE", engine.to_owned()),
    ];
    let mut command = vec!["test", "--workspace", "--no-fail-fast"];
    let mut kafkas = Vec::new();
    if arguments.full {
        environment.push(("TASKFLOW_DAPRD", programs::daprd().await?.display().to_string()));
        match arguments.broker {
            BrokerKind::Kafka => {
                let kafka = programs::kafka().await?;
                kafkas = start_kafkas(&kafka, threads, &data.file("kafka")).await?;
                let addresses: Vec<_> = kafkas.iter().map(Kafka::brokers).collect();
                environment.push(("TASKFLOW_KAFKA", kafka.0.display().to_string()));
                environment.push(("TASKFLOW_TEST_KAFKA", addresses.join(" ")));
            }
            // Each test starts its own, which takes some milliseconds.
            BrokerKind::Redis => {
                programs::redis().await?;
                environment.push(("TASKFLOW_BROKER", "redis".to_owned()));
            }
        }
        command.extend(["--test", "behaviour"]);
    } else {
        command.push("--tests");
    }
    let filters = match &arguments.filter {
        Some(filter) => vec![filter.clone()],
        // The other tests start no sidecar, so they would do the same as without Kafka and Dapr.
        None if arguments.full => tests_with_sidecar()?,
        None => Vec::new(),
    };
    command.push("--");
    command.extend(filters.iter().map(String::as_str));
    let step = Step::begin("building and running the tests");
    let result = tools::run("cargo", &command, environment.clone()).await;
    kafkas.iter_mut().for_each(Kafka::kill);
    result?;
    if arguments.filter.is_none() && !arguments.full {
        let last = [
            "test",
            "--quiet",
            "--workspace",
            "--test",
            "behaviour",
            "--",
            "--ignored",
            "every_event_of_the_whole_run",
        ];
        tools::run("cargo", &last, environment).await?;
    }
    step.end("all passed");
    Ok(())
}

/// Number of tests that run at the same time: those with Kafka and Dapr use the processor, the others wait for
/// timers and other processes about half of the time.
fn threads(full: bool) -> anyhow::Result<usize> {
    match std::env::var("RUST_TEST_THREADS") {
        Ok(number) => number.parse().context("RUST_TEST_THREADS is not a number"),
        Err(_) => Ok(std::thread::available_parallelism()?.get() * if full { 1 } else { 2 }),
    }
}

/// Starts Kafkas, each with its files in a new folder.
async fn start_kafkas(installed: &Installed, count: usize, folder: &Path) -> anyhow::Result<Vec<Kafka>> {
    let step = Step::begin("starting Kafka");
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let mut kafkas = Vec::new();
    for number in 0..count {
        kafkas.push(Kafka::start(installed, &folder.join(number.to_string()), &[]).await?);
    }
    step.end(&format!("{count} times, one for each thread"));
    Ok(kafkas)
}

/// Names of the test modules that start a sidecar, as filters for the test runner.
fn tests_with_sidecar() -> anyhow::Result<Vec<String>> {
    const STARTS_ONE: [&str; 3] = ["App::with_events", "App::with_mail_server", "App::with_proxies"];
    let folder = project::root().join("tests");
    let mut modules = Vec::new();
    for path in files::find_below(&folder, &["rs"])? {
        let relative = path.strip_prefix(&folder)?.with_extension("");
        if relative.starts_with("harness") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        if STARTS_ONE.iter().any(|call| text.contains(call)) {
            let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
            modules.push(format!("{}::", names.join("::")));
        }
    }
    Ok(modules)
}
