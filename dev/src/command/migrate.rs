//! `cargo dev migrate`: the schema, up and down.

use std::path::PathBuf;

use anyhow::{Context, ensure};

use crate::database::{self, DataFolder, DatabaseUrl, Embedded, migrations};
use crate::project;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Apply what is missing, and install the statements of this release
    Up(Where),
    /// Take the newest migration back
    Down {
        /// How many to take back
        #[arg(long, default_value_t = 1)]
        count: usize,
        #[command(flatten)]
        database: Where,
    },
    /// Show what is applied and what is not
    Status(Where),
    /// Begin a new migration
    New {
        /// What it does, as in `add_reminders`
        name: String,
    },
}

/// Which database: the one that `DATABASE_URL` names, or that of the data folder.
#[derive(Debug, clap::Args)]
pub struct Where {
    /// The folder of the database, where DATABASE_URL is not set [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
}

pub async fn run(action: Action) -> anyhow::Result<()> {
    match action {
        Action::Up(database) => {
            let open = database.open().await?;
            let applied = database::migrate(&open.url).await?;
            report(&applied, "applied");
        }
        Action::Down { count, database } => {
            let open = database.open().await?;
            let taken_back = migrations::down(&mut open.url.connect().await?, count).await?;
            report(&taken_back, "took back");
        }
        Action::Status(database) => {
            let open = database.open().await?;
            for (migration, state) in migrations::status(&mut open.url.connect().await?).await? {
                println!("{:<8} {}", format!("{state:?}").to_lowercase(), migration.label());
            }
        }
        Action::New { name } => create(&name)?,
    }
    Ok(())
}

/// A database that is there for as long as this is held.
pub struct Open {
    /// How to reach it.
    pub url: DatabaseUrl,
    // Both are let go when the work is done, in this order.
    _embedded: Option<Embedded>,
    _data: Option<DataFolder>,
}

impl Where {
    /// Opens it as it is: where TaskFlow runs on it, beside that.
    pub async fn reach(&self) -> anyhow::Result<Open> {
        let folder = self.folder();
        if DatabaseUrl::from_environment()?.is_none()
            && let Some(url) = database::running(&folder).await
        {
            return Ok(Open { url, _embedded: None, _data: None });
        }
        self.open().await
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        project::data(self.data.as_deref())
    }

    /// Opens it; an embedded one is started.
    pub async fn open(&self) -> anyhow::Result<Open> {
        if let Some(url) = DatabaseUrl::from_environment()? {
            return Ok(Open { url, _embedded: None, _data: None });
        }
        let data = DataFolder::take(&self.folder()).context("stop it first, or name its database by DATABASE_URL")?;
        let (embedded, url) = database::start_embedded(&data).await?;
        Ok(Open { url, _embedded: Some(embedded), _data: Some(data) })
    }
}

fn report(done: &[String], what: &str) {
    match done {
        [] => println!("nothing to do"),
        labels => labels.iter().for_each(|label| println!("{what} {label}")),
    }
}

fn create(name: &str) -> anyhow::Result<()> {
    let usable = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    ensure!(usable, "a migration is named by lower-case words with underscores between them, as in add_reminders");
    let label = format!("{:04}_{name}", migrations::next_number()?);
    for (ending, begins) in [("up", "What this adds, and why.\n"), ("down", "Takes everything of the way up back.\n")] {
        let path = migrations::folder().join(format!("{label}.{ending}.sql"));
        std::fs::write(&path, format!("-- {begins}")).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.strip_prefix(project::root()).unwrap_or(&path).display());
    }
    Ok(())
}
