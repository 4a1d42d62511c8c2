//! `cargo dev build`: the functions, as Wasm components.

use crate::database::Release;
use crate::project::{self, FUNCTIONS};
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Functions to build [default: all]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(FUNCTIONS))]
    pub functions: Vec<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let named: Vec<&str> = arguments.functions.iter().map(String::as_str).collect();
    functions(if named.is_empty() { FUNCTIONS } else { &named }).await
}

/// Builds functions. The name of the release is compiled in, so that `/ready` can check for its statements.
pub async fn functions(packages: &[&str]) -> anyhow::Result<()> {
    tools::ensure_wasm_target().await?;
    let step = Step::begin("building the functions (the first time takes some minutes)");
    let mut arguments = vec!["build", "--release", "--target", "wasm32-wasip2"];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    let release = Release::read(project::root())?;
    // `cargo dev ci` has the linter compile native code. Functions are tested as they are released.
    let environment = [("TASKFLOW_RELEASE", release.name.as_str()), ("RUSTC_WORKSPACE_WRAPPER", "")];
    tools::run("cargo", &arguments, environment).await?;
    step.end("built");
    Ok(())
}
