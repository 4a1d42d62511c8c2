//! `cargo dev bench`: builds the functions and the crate `bench`, and runs it.

use crate::command::build;
use crate::project;
use crate::tools;

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Options of the benchmark: --help lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build::functions(project::FUNCTIONS).await?;
    let none = [] as [(&str, &str); 0];
    tools::run("cargo", &["build", "--quiet", "--bin", "bench"], none).await?;
    // What TaskFlow is compared with is optimized fully.
    tools::run("cargo", &["build", "--quiet", "--release", "--bin", "native"], none).await?;
    let bench = project::target().join("debug/bench").display().to_string();
    let options: Vec<&str> = arguments.options.iter().map(String::as_str).collect();
    tools::run(&bench, &options, none).await
}
