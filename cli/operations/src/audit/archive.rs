//! `audit archive`: moves months into files. A month leaves the database when all of its events are in files.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use tokio_postgres::{Client, IsolationLevel};

use super::files::{self, Archive, Writer};
use super::month::Month;
use crate::Step;

/// A row as a line of JSON. Time and id come first, so that lines sort as rows do; the data is unchanged.
/// `data_text` is for data that would not be the same if parsed as a member of the line.
const LINE: &str = r#"
    '{"occurred_at":"' || to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","event_id":"' || event_id || '","event_type":' || to_json(event_type)
    || ',"user_id":' || coalesce('"' || user_id || '"', 'null') || ',"task_id":' || coalesce('"' || task_id || '"', 'null')
    || ',"seq":' || seq
    || case when data::text ~ '[\n\r]|^\s|\s$' then ',"data_text":' || to_json(data::text) else ',"data":' || data::text end
    || '}'"#;

/// Number of rows in memory at a time.
const BATCH: i32 = 500;
const PROGRESS_EVERY: u64 = 500_000;

/// Archives all months before one that has ended.
pub async fn run(client: &mut Client, before: &Month, folder: &Path) -> anyhow::Result<()> {
    let current = Month::current(client).await?;
    ensure!(
        *before <= current,
        "only months that have ended can be archived: --before {current} takes all that can be"
    );
    let months: Vec<Month> = Month::all(client).await?.into_iter().filter(|month| month < before).collect();
    if months.is_empty() {
        println!("nothing to do");
        return Ok(());
    }
    files::make(folder)?;
    for month in months {
        let step = Step::begin(&format!("archiving {month}"));
        let rows = archive(client, &month, folder).await?;
        let (files, _) = Archive::of_month(folder, &month)?;
        let names: Vec<String> = files.iter().map(Archive::name).collect();
        step.end("compared, and dropped from the database");
        println!("{month}  {rows} events  {}", names.join(" "));
    }
    Ok(())
}

/// Archives a month. Files that an interrupted run has left are used: events that they lack go into a new
/// file, until none is left. Returns the number of events.
async fn archive(client: &mut Client, month: &Month, folder: &Path) -> anyhow::Result<u64> {
    // More rounds are needed only while late events keep arriving.
    for _ in 0..5 {
        let (known, next) = Archive::of_month(folder, month)?;
        for one in &known {
            one.seal()?;
        }
        let (rows, new) = compare(client, month, &known, &next).await?;
        match new {
            Some(new) => new.end()?,
            None if drop_month(client, month, rows).await? => return Ok(rows),
            None => {}
        }
    }
    bail!("events of {month} keep arriving: it stays in the database, run this again later")
}

/// Compares all rows of a month with the lines of its files. Rows that no file has go into the next one.
/// Returns the number of rows.
async fn compare(
    client: &mut Client,
    month: &Month,
    known: &[Archive],
    next: &Archive,
) -> anyhow::Result<(u64, Option<Writer>)> {
    let mut files = Vec::new();
    for archive in known {
        files.push(archive.lines()?.peekable());
    }
    let (mut rows, mut new) = (0, None);
    let transaction =
        client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = transaction.start().await?;
    let query = format!("select {LINE} from {} order by occurred_at, event_id", month.partition());
    let portal = transaction.bind(&query, &[]).await?;
    loop {
        let some = transaction.query_portal(&portal, BATCH).await?;
        if some.is_empty() {
            return Ok((rows, new));
        }
        for row in &some {
            let line: &str = row.get(0);
            let mut is_known = false;
            for file in &mut files {
                while file.next_if(|next| next.as_ref().is_ok_and(|next| next.as_str() < line)).is_some() {}
                is_known |= match file.peek() {
                    Some(Err(error)) => bail!("cannot read the files of {month}: {error}"),
                    Some(Ok(next)) => next == line,
                    None => false,
                };
            }
            if !is_known {
                let new = match &mut new {
                    Some(new) => new,
                    None => new.insert(Writer::begin(next)?),
                };
                new.add(line)?;
            }
            rows += 1;
            if rows % PROGRESS_EVERY == 0 {
                eprintln!("  {rows} events …");
            }
        }
    }
}

/// Drops a month if it has exactly this number of rows, all of which are in files. Rows are only ever added,
/// so the number is proof; and none can be added between the count and the drop. A later event creates the
/// month again.
async fn drop_month(client: &mut Client, month: &Month, rows: u64) -> anyhow::Result<bool> {
    let in_use =
        || format!("{month} is in use: its files are complete, run this again to drop it from the database");
    let table = month.partition();
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("lock table {table} in share mode")).await.with_context(in_use)?;
    let count: i64 = transaction.query_one(&format!("select count(*) from {table}"), &[]).await?.get(0);
    if u64::try_from(count)? != rows {
        return Ok(false);
    }
    let drop = format!("alter table app.audit detach partition {table}; drop table {table}");
    transaction.batch_execute(&drop).await.with_context(in_use)?;
    transaction.commit().await?;
    Ok(true)
}
