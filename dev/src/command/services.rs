//! `cargo dev services`: the database, for a plain `spin up`.

use std::path::PathBuf;

use host::App;

use crate::database::{self, DataFolder};
use crate::project;
use crate::signal;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder for the database [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    tokio::select! {
        ended = serve(arguments) => ended,
        stop = signal::told_to_stop() => stop,
    }
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let data = DataFolder::take(&arguments.data.unwrap_or_else(|| project::root().join(".taskflow")))?;
    let database = database::prepare(&data).await?;
    let defaults = App::load(&project::manifest(), &Default::default())?;
    println!("ready: in another terminal, run");
    for (name, value) in &database.variables {
        if defaults.variable(name) != Some(value) {
            println!("  export SPIN_VARIABLE_{}={value}", name.to_uppercase());
        }
    }
    println!("  spin build && spin up");
    std::future::pending().await
}
