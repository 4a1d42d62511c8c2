//! `cargo dev audit restore`: archived months are in the trail again. What is there already stays as it is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use tokio_postgres::Client;

use super::files::Archive;
use crate::step::Step;

/// `->` gives the data as it stands in the line, which taking it as a column would not.
const INSERT: &str = "
    insert into app.audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select event_id, occurred_at, event_type, user_id, task_id, seq, coalesce(line -> 'data', data_text::json)
      from (select line::json from unnest($1::text[]) as line) as lines,
           json_to_record(line) as one (event_id uuid, occurred_at timestamptz, event_type text, user_id uuid, task_id uuid,
                                        seq bigint, data_text text)
    on conflict do nothing";

const AT_ONCE: usize = 500;

pub async fn run(client: &mut Client, from: &[PathBuf]) -> anyhow::Result<()> {
    let mut archives = BTreeSet::new();
    for path in from {
        let found = if path.is_dir() { Archive::all(path)? } else { Archive::of(path).into_iter().collect() };
        ensure!(!found.is_empty(), "{} is no archive, which has a name like audit-2026-03.jsonl.gz", path.display());
        archives.extend(found);
    }
    // All before the first, so that nothing is changed where one is damaged.
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

/// Returns how many were not there.
async fn restore(client: &mut Client, archive: &Archive) -> anyhow::Result<u64> {
    // By itself: making a month keeps everybody away from the trail.
    client.execute("select app.make_audit_month($1::text::timestamptz)", &[&archive.month.begins()]).await?;
    let transaction = client.transaction().await?;
    let insert = transaction.prepare(INSERT).await?;
    let mut lines = archive.lines()?;
    let mut added = 0;
    loop {
        let some = lines.by_ref().take(AT_ONCE).collect::<Result<Vec<String>, _>>();
        let some = some.with_context(|| format!("cannot read {}", archive.name()))?;
        if some.is_empty() {
            transaction.commit().await?;
            return Ok(added);
        }
        added += transaction.execute(&insert, &[&some]).await?;
    }
}
