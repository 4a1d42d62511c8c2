//! Migrations: numbered pairs of `.up.sql` and `.down.sql`, each applied once, whole or not at all.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use tokio_postgres::{Client, Transaction};

use crate::database::bodies::{Release, explain};
use crate::files;
use crate::project;

/// Two `migrate` at once wait for each other here.
const LOCK: &str = "select pg_advisory_xact_lock(hashtext('taskflow migrations'))";

const TABLE: &str = "create table if not exists public.taskflow_migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default now()
)";

/// A step of the schema.
#[derive(Debug)]
pub struct Migration {
    number: i32,
    name: String,
    up: PathBuf,
    down: PathBuf,
    checksum: String,
}

/// How a migration stands in a database.
#[derive(Debug)]
pub enum State {
    /// It is in the schema.
    Applied,
    /// It is not in the schema yet.
    Pending,
    /// It is in the schema, but its file was changed since.
    Changed,
}

impl Migration {
    /// As in `0001_foundation`.
    pub fn label(&self) -> String {
        format!("{:04}_{}", self.number, self.name)
    }

    fn up_file(&self) -> String {
        format!("migrations/{}.up.sql", self.label())
    }
}

/// The folder that holds them.
pub fn folder() -> PathBuf {
    project::root().join("migrations")
}

/// All migrations of the project, in order.
pub fn all() -> anyhow::Result<Vec<Migration>> {
    let mut found = Vec::new();
    for up in files::find_below(&folder(), &["sql"])? {
        let file = up.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(label) = file.strip_suffix(".up.sql") else { continue };
        let (number, name) = label
            .split_once('_')
            .and_then(|(number, name)| Some((number.parse().ok()?, name.to_owned())))
            .with_context(|| format!("migrations/{file} must be named like 0001_what_it_does.up.sql"))?;
        let down = folder().join(format!("{label}.down.sql"));
        ensure!(down.is_file(), "migrations/{file} has no {label}.down.sql beside it");
        let checksum = format!("{:016x}", store::checksum(&std::fs::read_to_string(&up)?));
        found.push(Migration { number, name, up, down, checksum });
    }
    for (index, migration) in found.iter().enumerate() {
        let expected = i32::try_from(index)? + 1;
        ensure!(migration.number == expected, "{} should have the number {expected:04}", migration.up_file());
    }
    Ok(found)
}

/// The next free number.
pub fn next_number() -> anyhow::Result<usize> {
    Ok(all()?.len() + 1)
}

/// How each of them stands.
pub async fn status(client: &mut Client) -> anyhow::Result<Vec<(Migration, State)>> {
    let transaction = locked(client).await?;
    let applied = applied(&transaction).await?;
    Ok(all()?
        .into_iter()
        .map(|migration| {
            let state = match applied.iter().find(|(number, _)| *number == migration.number) {
                None => State::Pending,
                Some((_, checksum)) if *checksum == migration.checksum => State::Applied,
                Some(_) => State::Changed,
            };
            (migration, state)
        })
        .collect())
}

/// Applies what is missing, then installs the bodies of this release. Returns what was applied.
pub async fn up(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let mut done = Vec::new();
    for migration in all()? {
        let transaction = locked(client).await?;
        let applied = applied(&transaction).await?;
        match applied.iter().find(|(number, _)| *number == migration.number) {
            Some((_, checksum)) if *checksum == migration.checksum => continue,
            Some(_) => bail!(
                "{} was changed after it was applied: put it back as it was, and write the change as a new migration \
                 (`cargo dev migrate new`)",
                migration.up_file()
            ),
            None => {}
        }
        let sql = std::fs::read_to_string(&migration.up)?;
        transaction.batch_execute(&sql).await.map_err(|error| explain(&migration.up_file(), &error))?;
        transaction
            .execute(
                "insert into public.taskflow_migrations (number, name, checksum) values ($1, $2, $3)",
                &[&migration.number, &migration.name, &migration.checksum],
            )
            .await?;
        transaction.commit().await?;
        done.push(migration.label());
    }
    let transaction = locked(client).await?;
    for path in files::below(&folder().join("functions"), &["sql"])? {
        let sql = std::fs::read_to_string(&path)?;
        transaction.batch_execute(&sql).await.map_err(|error| explain(&path.display().to_string(), &error))?;
    }
    Release::of_project()?.install(&transaction).await?;
    transaction.commit().await?;
    Ok(done)
}

/// Takes the newest ones back. Returns what was taken back.
pub async fn down(client: &mut Client, count: usize) -> anyhow::Result<Vec<String>> {
    let mut done = Vec::new();
    for migration in all()?.into_iter().rev() {
        if done.len() == count {
            break;
        }
        let transaction = locked(client).await?;
        if !applied(&transaction).await?.iter().any(|(number, _)| *number == migration.number) {
            continue;
        }
        let sql = std::fs::read_to_string(&migration.down)?;
        let file = format!("migrations/{}.down.sql", migration.label());
        transaction.batch_execute(&sql).await.map_err(|error| explain(&file, &error))?;
        transaction.execute("delete from public.taskflow_migrations where number = $1", &[&migration.number]).await?;
        if migration.number == 1 {
            transaction.batch_execute("drop table public.taskflow_migrations").await?;
        }
        transaction.commit().await?;
        done.push(migration.label());
    }
    Ok(done)
}

async fn locked(client: &mut Client) -> anyhow::Result<Transaction<'_>> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(LOCK).await?;
    Ok(transaction)
}

async fn applied(transaction: &Transaction<'_>) -> anyhow::Result<Vec<(i32, String)>> {
    let exists: bool =
        transaction.query_one("select to_regclass('public.taskflow_migrations') is not null", &[]).await?.get(0);
    if !exists {
        transaction.batch_execute(TABLE).await?;
    }
    let rows =
        transaction.query("select number, checksum from public.taskflow_migrations order by number", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
