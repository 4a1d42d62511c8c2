//! `audit`: moves old months of the audit trail into files, and back.

mod archive;
mod files;
mod list;
mod month;
mod restore;

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio_postgres::Client;

use crate::DatabaseUrl;
use month::Month;

/// Subcommands of `audit`.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Move whole months into files. A month is dropped from the database once its files are verified to have
    /// every event
    Archive {
        /// Archive the months before this one
        #[arg(long, value_name = "YYYY-MM")]
        before: Month,
        /// Folder of the files [default: audit-archive in the data folder, or in the current folder]
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Put archived months back into the database
    Restore {
        /// Files of months, or folders of such files
        #[arg(required = true, value_name = "FILE or DIR")]
        from: Vec<PathBuf>,
    },
    /// Show the months in the database and those in files
    List {
        /// Folder of the files [default: audit-archive in the data folder, or in the current folder]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Runs an action. Archives are in `parent/audit-archive` unless the action names another folder.
pub async fn run(action: Action, url: &DatabaseUrl, parent: &Path) -> anyhow::Result<()> {
    let default = || parent.join("audit-archive");
    let mut client = url.connect().await?;
    match action {
        Action::Archive { before, to } => {
            lock(&client).await?;
            archive::run(&mut client, &before, &to.unwrap_or_else(default)).await
        }
        Action::Restore { from } => {
            lock(&client).await?;
            restore::run(&mut client, &from).await
        }
        Action::List { folder } => list::run(&client, &folder.unwrap_or_else(default)).await,
    }
}

/// Takes the lock that keeps out a second archive or restore: both would write the same files, and drop
/// months that the other has just restored. The timeout is long enough for Postgres to release the lock of a
/// process that was just killed. It applies to later locks of this connection too, because requests queue
/// behind a lock that waits.
async fn lock(client: &Client) -> anyhow::Result<()> {
    let lock =
        "set lock_timeout = '3s'; select pg_advisory_lock(hashtextextended('taskflow audit files', 0))";
    client.batch_execute(lock).await.context("another archive or restore may be running on this database")
}
