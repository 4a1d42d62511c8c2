//! The data of ten thousand users: a million tasks, a hundred thousand series, ten million audit rows, and
//! what belongs to them.

use anyhow::Context;
use operations::{DatabaseUrl, Step};
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use crate::world::{HOARDER, MAKE_TASKS, POPULATION};

/// Number of connections that fill the database at once.
const WRITERS: usize = 2;

/// Number of users that are added at once.
const USERS_AT_ONCE: usize = 1000;

/// Tasks of each user, and of the one with the most, without the occurrences of series.
const TASKS: i32 = 66;
const MOST_TASKS: i32 = 50_000;

/// Series of each user.
const SERIES: i32 = 10;

/// Number of months with audit rows.
const MONTHS: i32 = 12;

const MAKE_MONTHS: &str = "
select app.make_audit_month(now() - number * interval '1 month')
  from generate_series(0, $1::int - 1) as number";

/// Fills the database.
pub async fn fill(database: &DatabaseUrl) -> anyhow::Result<()> {
    let mut groups = vec![(HOARDER.hashes(), MOST_TASKS)];
    groups.extend(POPULATION.hashes().chunks(USERS_AT_ONCE).map(|hashes| (hashes.to_vec(), TASKS)));
    tokio::try_join!(add_users(database, &groups, 0), add_users(database, &groups, 1))?;

    let client = connect(database).await?;
    client.execute(MAKE_MONTHS, &[&MONTHS]).await.context("cannot make the months of the audit trail")?;
    tokio::try_join!(add_events(database, 0), add_events(database, 1))?;
    client.execute(include_str!("consumed.sql"), &[]).await.context("cannot add consumed events")?;
    Ok(())
}

/// Adds every other group of users: hashes of their tokens, and the number of tasks of each.
async fn add_users(
    database: &DatabaseUrl,
    groups: &[(Vec<String>, i32)],
    first: usize,
) -> anyhow::Result<()> {
    let client = connect(database).await?;
    for (hashes, tasks) in groups.iter().skip(first).step_by(WRITERS) {
        let step = Step::begin(&format!("adding {} users with {tasks} tasks", hashes.len()));
        let statements: [(&str, &[&(dyn ToSql + Sync)]); 5] = [
            (include_str!("users.sql"), &[hashes]),
            (MAKE_TASKS, &[hashes, tasks]),
            (include_str!("series.sql"), &[hashes, &SERIES]),
            (include_str!("reminders.sql"), &[hashes]),
            (include_str!("traces.sql"), &[hashes]),
        ];
        for (statement, parameters) in statements {
            client.execute(statement, parameters).await.context("cannot add users")?;
        }
        step.end(&format!("added {} users with {tasks} tasks", hashes.len()));
    }
    Ok(())
}

/// Adds the events of every other month.
async fn add_events(database: &DatabaseUrl, first: usize) -> anyhow::Result<()> {
    let client = connect(database).await?;
    for month in (0..MONTHS).rev().skip(first).step_by(WRITERS) {
        let step = Step::begin(&format!("adding events of {month} months ago"));
        let events =
            client.execute(include_str!("audit.sql"), &[&month]).await.context("cannot add events")?;
        step.end(&format!("added {events} events of {month} months ago"));
    }
    Ok(())
}

/// Connects without triggers and checks of foreign keys: the statements write what triggers would.
async fn connect(database: &DatabaseUrl) -> anyhow::Result<Client> {
    let client = database.connect().await?;
    client
        .batch_execute("set session_replication_role = replica")
        .await
        .context("cannot disable triggers")?;
    Ok(client)
}
