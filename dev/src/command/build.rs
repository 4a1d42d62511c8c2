//! `cargo dev build`: the functions, as Wasm components.

use crate::database::Release;
use crate::project::{self, FUNCTIONS};
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only these functions; all when none is named
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(FUNCTIONS))]
    pub functions: Vec<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let named: Vec<&str> = arguments.functions.iter().map(String::as_str).collect();
    functions(if named.is_empty() { FUNCTIONS } else { &named }).await
}

/// Builds functions. Each knows the release that it belongs to, so that `/ready` can ask for its statements.
pub async fn functions(packages: &[&str]) -> anyhow::Result<()> {
    tools::ensure_wasm_target().await?;
    let step = Step::begin("building the functions (the first time takes some minutes)");
    let mut arguments = vec!["build", "--release", "--target", "wasm32-wasip2"];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    let release = Release::read(project::root())?;
    tools::run("cargo", &arguments, [("TASKFLOW_RELEASE", &release.name)]).await?;
    step.end("built");
    Ok(())
}
