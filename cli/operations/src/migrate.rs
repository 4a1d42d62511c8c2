//! `migrate`: brings the schema of a database up to a release, or takes it back.

mod functions;
mod statements;

use anyhow::{anyhow, bail};
use tokio_postgres::{Client, Transaction};

use crate::{DatabaseUrl, Migration, Release, roles};

/// Two `migrate` at the same time wait for each other here.
const LOCK: &str = "select pg_advisory_xact_lock(hashtext('taskflow migrations'))";

const TABLES: &str = "
create table if not exists public.taskflow_migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default now()
);
create table if not exists public.taskflow_functions (
    name     text primary key,
    checksum text not null
)";

/// Change of the schema.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Apply the missing migrations, and install the database functions and statements of this release
    Up,
    /// Take back the newest migrations
    Down {
        /// Number of migrations to take back
        #[arg(long, default_value_t = 1, value_name = "N")]
        count: usize,
    },
    /// Show which migrations are applied, and if this release is installed
    Status,
}

/// Runs an action and prints what it did.
pub async fn run(action: Action, release: &Release, url: &DatabaseUrl) -> anyhow::Result<()> {
    match action {
        Action::Up => print_changes(&up(release, url).await?),
        Action::Down { count } => print_changes(&down(release, &mut url.connect().await?, count).await?),
        Action::Status => {
            for (label, state) in status(release, &mut url.connect().await?).await? {
                println!("{state:<9} {label}");
            }
        }
    }
    Ok(())
}

/// Installs a release and sets up the roles. All or nothing: a failure leaves the schema as it was. Returns a
/// line for each change: an applied migration, or the installed release.
pub async fn up(release: &Release, url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    roles::check_passwords(url)?;
    let mut client = url.connect().await?;
    let transaction = begin(&mut client).await?;
    let applied = read_applied(&transaction).await?;
    let mut changes = Vec::new();
    for migration in &release.migrations {
        match state_of(migration, &applied) {
            State::Applied => continue,
            State::Changed => bail!(
                "{} was changed after it was applied: restore it, and write the change as a new migration \
                 (`cargo dev migrate new`)",
                file_path(migration, "up")
            ),
            State::Pending => {}
        }
        transaction
            .batch_execute(&migration.up)
            .await
            .map_err(|error| explain(&file_path(migration, "up"), &error))?;
        transaction
            .execute(
                "insert into public.taskflow_migrations (number, name, checksum) values ($1, $2, $3)",
                &[&migration.number, &migration.name, &migration.checksum],
            )
            .await?;
        changes.push(format!("applied {}", migration.label()));
    }
    let has_new_functions = functions::install(release, &transaction).await?;
    let has_new_statements = statements::install(release, &transaction).await?;
    if has_new_functions || has_new_statements {
        changes.push(format!("installed release {}", release.name));
    }
    functions::drop_unused(release, &transaction).await?;
    transaction.commit().await?;
    roles::set_up(url).await?;
    Ok(changes)
}

/// Takes back the newest migrations, and all database functions: those that the remaining schema needs are
/// installed by the next `up`. Returns a line for each migration.
async fn down(release: &Release, client: &mut Client, count: usize) -> anyhow::Result<Vec<String>> {
    let transaction = begin(client).await?;
    let applied = read_applied(&transaction).await?;
    let is_applied = |migration: &&Migration| applied.iter().any(|(number, _)| *number == migration.number);
    let migrations: Vec<&Migration> =
        release.migrations.iter().rev().filter(is_applied).take(count).collect();
    if migrations.is_empty() {
        return Ok(Vec::new());
    }
    functions::drop_all(&transaction).await?;
    for migration in &migrations {
        transaction
            .batch_execute(&migration.down)
            .await
            .map_err(|error| explain(&file_path(migration, "down"), &error))?;
        transaction
            .execute("delete from public.taskflow_migrations where number = $1", &[&migration.number])
            .await?;
    }
    if migrations.len() == applied.len() {
        transaction.batch_execute("drop table public.taskflow_migrations, public.taskflow_functions").await?;
    }
    transaction.commit().await?;
    Ok(migrations.iter().map(|migration| format!("took back {}", migration.label())).collect())
}

async fn status(release: &Release, client: &mut Client) -> anyhow::Result<Vec<(String, &'static str)>> {
    // Rolled back: it may have created the tables.
    let transaction = begin(client).await?;
    let applied = read_applied(&transaction).await?;
    let mut lines: Vec<_> = release
        .migrations
        .iter()
        .map(|migration| {
            let state = match state_of(migration, &applied) {
                State::Applied => "applied",
                State::Pending => "pending",
                State::Changed => "changed",
            };
            (migration.label(), state)
        })
        .collect();
    let is_installed = functions::are_installed(release, &transaction).await?
        && statements::are_installed(release, &transaction).await?;
    lines.push((format!("release {}", release.name), if is_installed { "installed" } else { "pending" }));
    Ok(lines)
}

enum State {
    Applied,
    Pending,
    /// Applied, but its file has changed since.
    Changed,
}

fn state_of(migration: &Migration, applied: &[(i32, String)]) -> State {
    match applied.iter().find(|(number, _)| *number == migration.number) {
        None => State::Pending,
        Some((_, checksum)) if *checksum == migration.checksum => State::Applied,
        Some(_) => State::Changed,
    }
}

async fn begin(client: &mut Client) -> anyhow::Result<Transaction<'_>> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(LOCK).await?;
    Ok(transaction)
}

/// Reads the numbers and checksums of the applied migrations.
async fn read_applied(transaction: &Transaction<'_>) -> anyhow::Result<Vec<(i32, String)>> {
    let exists = "select to_regclass('public.taskflow_migrations') is not null";
    if !transaction.query_one(exists, &[]).await?.get::<_, bool>(0) {
        transaction.batch_execute(TABLES).await?;
    }
    let rows = transaction
        .query("select number, checksum from public.taskflow_migrations order by number", &[])
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn file_path(migration: &Migration, direction: &str) -> String {
    format!("migrations/{}.{direction}.sql", migration.label())
}

fn print_changes(changes: &[String]) {
    match changes {
        [] => println!("nothing to do"),
        changes => changes.iter().for_each(|change| println!("{change}")),
    }
}

/// Error of a SQL file, in one line.
fn explain(file: &str, error: &tokio_postgres::Error) -> anyhow::Error {
    match error.as_db_error() {
        Some(cause) => {
            let hint = cause.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            anyhow!("{file}: {}{hint}", cause.message())
        }
        None => anyhow!("{file}: {error}"),
    }
}
