//! `cargo dev services`: the database and the sidecar, for a plain `spin up`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::database::{self, DataFolder};
use crate::project;
use crate::sidecar;

/// Default address of `spin up`.
const SPIN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder for the database [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let data = DataFolder::take(&project::data(arguments.data.as_deref()))?;
    let mut database = database::prepare(&data).await?;
    let mut sidecar = sidecar::start(&data, &database.url, None, &mut database.variables).await?;
    sidecar.deliver_to(SPIN).await?;
    println!("ready: in another terminal, run");
    for (name, value) in &database.variables {
        if project::variable(name)? != *value {
            println!("  export SPIN_VARIABLE_{}={value}", name.to_uppercase());
        }
    }
    println!("  spin build && spin up");
    Err(database::unexpected_exit(&mut database.embedded).await)
}
