//! `cargo dev test`: all tests, against the functions as they are run and a real Postgres.

use crate::command::build;
use crate::command::up::EngineKind;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::project;
use crate::signal;
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only tests whose name has this in it
    filter: Option<String>,
    /// What runs the functions
    #[arg(long, value_enum, default_value_t = EngineKind::Embedded)]
    engine: EngineKind,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    tokio::select! {
        ended = test(arguments) => ended,
        stop = signal::told_to_stop() => stop,
    }
}

async fn test(arguments: Arguments) -> anyhow::Result<()> {
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
    let environment = [
        ("TASKFLOW_TEST_DATABASE", server.as_str()),
        ("TASKFLOW_TEST_TEMPLATE", &template),
        ("TASKFLOW_ENGINE", engine),
    ];
    let mut command = vec!["test", "--quiet", "--workspace", "--no-fail-fast"];
    command.extend(arguments.filter.as_deref());
    let step = Step::begin("building and running the tests");
    tools::run("cargo", &command, environment).await?;
    step.end("all passed");
    Ok(())
}
