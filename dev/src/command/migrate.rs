//! `cargo dev migrate`: the schema, up and down, and new migrations.

use anyhow::{Context, ensure};
use operations::Release;

use crate::database::DatabaseOption;
use crate::project;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseOption,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    #[command(flatten)]
    Run(operations::migrate::Action),
    /// Begin a new migration
    New {
        /// Name of the migration, as `add_labels`
        name: String,
    },
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let release = Release::read(project::root())?;
    match arguments.action {
        Action::Run(action) => {
            let open = arguments.database.open().await?;
            operations::migrate::run(action, &release, &open.url).await
        }
        Action::New { name } => create(&release, &name),
    }
}

fn create(release: &Release, name: &str) -> anyhow::Result<()> {
    let is_valid =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    ensure!(is_valid, "name a migration by lower-case words with underscores between them, as add_labels");
    let label = format!("{:04}_{name}", release.migrations.len() + 1);
    for (way, comment) in [("up", "Adds …, because …."), ("down", "Takes back all of the way up.")] {
        let path = format!("migrations/{label}.{way}.sql");
        std::fs::write(project::root().join(&path), format!("-- {comment}\n"))
            .with_context(|| format!("cannot write {path}"))?;
        println!("{path}");
    }
    Ok(())
}
