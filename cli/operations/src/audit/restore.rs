//! `audit restore`: puts archived months back into the trail. Events that are there already stay as they are.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use tokio_postgres::Client;

use super::files::Archive;
use crate::Step;

/// Inserts events, given as lines of JSON. `line -> 'data'` keeps the JSON text of an event byte for byte; a
/// column of `json_to_record` would not. The contents of users who were deleted since stay erased.
const INSERT: &str = "
    insert into app.audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select event_id, occurred_at, event_type, user_id, task_id, seq,
           case when exists (select from app.removals where removals.user_id = one.user_id)
                then app.erase_contents(coalesce(line -> 'data', data_text::json))
                else coalesce(line -> 'data', data_text::json) end
      from (select line::json from unnest($1::text[]) as line) as lines,
           json_to_record(line) as one (event_id uuid, occurred_at timestamptz, event_type text, user_id uuid, task_id uuid,
                                        seq bigint, data_text text)
    on conflict do nothing";

const BATCH: usize = 500;

/// Restores files, or all files of folders.
pub async fn run(client: &mut Client, from: &[PathBuf]) -> anyhow::Result<()> {
    let mut archives = BTreeSet::new();
    for path in from {
        let found = if path.is_dir() { Archive::all(path)? } else { Archive::of(path).into_iter().collect() };
        ensure!(
            !found.is_empty(),
            "{} is not an archive: those have names like audit-2026-03.jsonl.gz",
            path.display()
        );
        archives.extend(found);
    }
    // All files are checked before the first is restored, so a damaged file changes nothing.
    for archive in &archives {
        archive.check()?;
    }
    for archive in &archives {
        let step = Step::begin(&format!("restoring {}", archive.name()));
        let added = restore(client, archive).await?;
        step.end("restored");
        println!("{}  {added} of {} events  {}", archive.month, archive.manifest()?.rows, archive.name());
    }
    Ok(())
}

/// Restores one file. Returns the number of events that were missing.
async fn restore(client: &mut Client, archive: &Archive) -> anyhow::Result<u64> {
    // In a transaction of its own: creating a partition locks the whole trail.
    client.execute("select app.make_audit_month($1::text::timestamptz)", &[&archive.month.start()]).await?;
    let transaction = client.transaction().await?;
    let insert = transaction.prepare(INSERT).await?;
    let mut lines = archive.lines()?;
    let mut added = 0;
    loop {
        let some = lines.by_ref().take(BATCH).collect::<Result<Vec<String>, _>>();
        let some = some.with_context(|| format!("cannot read {}", archive.name()))?;
        if some.is_empty() {
            transaction.commit().await?;
            return Ok(added);
        }
        added += transaction.execute(&insert, &[&some]).await?;
    }
}
