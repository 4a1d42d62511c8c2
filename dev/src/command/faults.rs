//! `cargo dev faults`: builds the functions and the crate `faults`, and becomes it.

use crate::command::build;
use crate::programs;
use crate::project;
use crate::tools;

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Options of the drills: --help lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build::functions(project::FUNCTIONS).await?;
    let none = [] as [(&str, &str); 0];
    tools::run("cargo", &["build", "--quiet", "--bin", "faults"], none).await?;
    let mut environment = Vec::new();
    if arguments.options.iter().any(|option| option == "--full") {
        environment.push(("TASKFLOW_DAPRD", programs::daprd().await?));
        environment.push(("TASKFLOW_KAFKA", programs::kafka().await?.0));
    }
    let faults = project::target().join("debug/faults").display().to_string();
    let options: Vec<&str> = arguments.options.iter().map(String::as_str).collect();
    Err(tools::replace(&faults, &options, environment))
}
