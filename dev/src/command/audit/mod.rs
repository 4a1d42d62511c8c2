//! `cargo dev audit`: old months of the audit trail go into files, and come back.

mod archive;
mod files;
mod list;
mod month;
mod restore;

use std::path::PathBuf;

use anyhow::Context;
use tokio_postgres::Client;

use crate::command::migrate::Where;
use month::Month;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Move whole months into files, which are compared with the database before it lets go of anything
    Archive {
        /// The months before this one
        #[arg(long, value_name = "YYYY-MM")]
        before: Month,
        /// The folder of the files [default: audit-archive in the data folder]
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        #[command(flatten)]
        database: Where,
    },
    /// Put archived months back into the database
    Restore {
        /// Files of the months, or folders of such files
        #[arg(required = true, value_name = "FILE or DIR")]
        from: Vec<PathBuf>,
        #[command(flatten)]
        database: Where,
    },
    /// Show the months in the database, and those in files
    List {
        /// The folder of the files [default: audit-archive in the data folder]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        #[command(flatten)]
        database: Where,
    },
}

pub async fn run(action: Action) -> anyhow::Result<()> {
    let (Action::Archive { database, .. } | Action::Restore { database, .. } | Action::List { database, .. }) = &action;
    let usual = database.folder().join("audit-archive");
    let open = database.reach().await?;
    let mut client = open.url.connect().await?;
    match action {
        Action::Archive { before, to, .. } => {
            alone(&client).await?;
            archive::run(&mut client, &before, &to.unwrap_or(usual)).await
        }
        Action::Restore { from, .. } => {
            alone(&client).await?;
            restore::run(&mut client, &from).await
        }
        Action::List { folder, .. } => list::run(&client, &folder.unwrap_or(usual)).await,
    }
}

/// Two at once would write the same files, and drop what the other has just put back. What an ended one held is free a
/// moment later. Neither this nor any other lock is waited for long: others wait behind who waits.
async fn alone(client: &Client) -> anyhow::Result<()> {
    let lock = "set lock_timeout = '3s'; select pg_advisory_lock(hashtextextended('taskflow audit files', 0))";
    client.batch_execute(lock).await.context("another `cargo dev audit` may be at work on this database")
}
