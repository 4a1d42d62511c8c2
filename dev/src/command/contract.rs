//! `cargo dev contract`: a property-based tester of the OpenAPI document, against a running TaskFlow.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use host::{Engine, Limits, Logs, Running};

use crate::command::build;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::project;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number of generated requests per operation
    #[arg(long, default_value_t = 60)]
    examples: u32,
    /// Seed of the generator: another one generates other requests
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let tester = tester().await?;
    build::functions(project::FUNCTIONS).await?;
    let data = DataFolder::take(&project::target().join("contract-database"))?;
    let postgres = Embedded::start(&data, 0, Purpose::Tests).await?;
    let template = database::make_template(&postgres).await?;
    let url = postgres.url(&template);
    // The tester sends more requests in a minute than a person in a year.
    url.connect().await?.batch_execute("update app.limits set requests = 1000000000").await?;
    let engine = Engine::new(Limits::default())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let app =
        Running::start(Some(&engine), &project::manifest(), &url.variables(), address, Logs::captured())
            .await?;

    let folder = project::root().join("tests/contract");
    let config = folder.join("schemathesis.toml").display().to_string();
    let document = format!("http://{}/api/openapi.json", app.address());
    let (examples, seed) = (arguments.examples.to_string(), arguments.seed.to_string());
    let command = [
        "--config-file",
        &config,
        "run",
        &document,
        "--checks",
        "all",
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--max-examples",
        &examples,
        "--seed",
        &seed,
        "--request-timeout",
        "20",
        "--no-color",
    ];
    let hooks = [("SCHEMATHESIS_HOOKS", "hooks".to_owned()), ("PYTHONPATH", folder.display().to_string())];
    tools::run(&tester.display().to_string(), &command, hooks).await
}

/// Returns the path of the tester. Installs it into the target folder if it is missing or outdated.
pub async fn tester() -> anyhow::Result<PathBuf> {
    let folder = project::target().join("contract");
    let requirements = project::root().join("tests/contract/requirements.txt");
    tools::install_python("the tester", &folder, &requirements).await?;
    Ok(folder.join("bin/st"))
}
