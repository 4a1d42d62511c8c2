//! `cargo dev test`: all tests, against the functions as they are run and a real Postgres.

use full::Programs;

use crate::command::build;
use crate::command::up::EngineKind;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::programs;
use crate::project;
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only tests whose name has this in it
    filter: Option<String>,
    /// What runs the functions
    #[arg(long, value_enum, default_value_t = EngineKind::Embedded)]
    engine: EngineKind,
    /// Events go through Kafka and Dapr themselves, each test with its own
    #[arg(long)]
    full: bool,
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
    let mut environment = vec![
        ("TASKFLOW_TEST_DATABASE", server),
        ("TASKFLOW_TEST_TEMPLATE", template),
        ("TASKFLOW_ENGINE", engine.to_owned()),
    ];
    let mut command = vec!["test", "--quiet", "--workspace", "--no-fail-fast"];
    if arguments.full {
        let Programs { daprd, kafka } = programs::get().await?;
        environment.push(("TASKFLOW_DAPRD", daprd.display().to_string()));
        environment.push(("TASKFLOW_KAFKA", kafka.display().to_string()));
        // The others start no sidecar, or test the one that is not used then.
        command.extend(["--test", "behaviour"]);
    }
    command.extend(arguments.filter.as_deref());
    let step = Step::begin("building and running the tests");
    tools::run("cargo", &command, environment.clone()).await?;
    if arguments.filter.is_none() {
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
