//! The commands of `taskflow`, on the database that `DATABASE_URL` names, else on that of a data folder:
//! `cargo dev admin`, `audit`, `events`, `settings`.

use operations::{admin, audit, events, settings};

use crate::command::live;
use crate::database::DatabaseOption;

#[derive(Debug, clap::Args)]
pub struct Admin {
    #[command(flatten)]
    arguments: admin::Arguments,
    #[command(flatten)]
    database: DatabaseOption,
}

#[derive(Debug, clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    action: audit::Action,
    #[command(flatten)]
    database: DatabaseOption,
}

#[derive(Debug, clap::Args)]
pub struct Events {
    #[command(flatten)]
    arguments: events::Arguments,
    /// Print the live stream of a user in place of the audit trail
    #[arg(long, requires = "token")]
    live: bool,
    /// Token of the user
    #[arg(long, requires = "live")]
    token: Option<String>,
    /// URL of TaskFlow, or of a proxy in front of it
    #[arg(long, requires = "live", default_value = "http://127.0.0.1:3000")]
    url: String,
    #[command(flatten)]
    database: DatabaseOption,
}

#[derive(Debug, clap::Args)]
pub struct Settings {
    #[command(subcommand)]
    action: Option<settings::Action>,
    #[command(flatten)]
    database: DatabaseOption,
}

impl Admin {
    pub async fn run(self) -> anyhow::Result<()> {
        let open = self.database.open_shared().await?;
        admin::run(&self.arguments, &open.url).await
    }
}

impl Audit {
    pub async fn run(self) -> anyhow::Result<()> {
        let open = self.database.open_shared().await?;
        audit::run(self.action, &open.url, &self.database.folder()).await
    }
}

impl Events {
    pub async fn run(self) -> anyhow::Result<()> {
        if let Some(token) = self.token.filter(|_| self.live) {
            return live::run(&self.url, &token).await;
        }
        let open = self.database.open_shared().await?;
        events::run(self.arguments, &open.url).await
    }
}

impl Settings {
    pub async fn run(self) -> anyhow::Result<()> {
        let open = self.database.open_shared().await?;
        settings::run(self.action.as_ref(), &open.url).await
    }
}
