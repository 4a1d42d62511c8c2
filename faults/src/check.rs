//! The comparison of what was answered with what is there.

use std::time::{Duration, Instant};

use anyhow::Context;
use operations::DatabaseUrl;

use crate::ledger::{Kind, Ledger, Problem};

/// Time for all events to arrive, and for everything that follows from them. Longer than the longest pause
/// between two deliveries, and than the longest backoff of the outbox.
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(120);
/// Time for what is delivered twice, after everything is there.
const REPEATS_WITHIN: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Waits until everything that was answered is there, or its time is over. Returns all problems, and the time
/// that this took.
pub async fn settle(
    database: &DatabaseUrl,
    ledger: &Ledger,
    hashes: &[String],
) -> anyhow::Result<(Vec<Problem>, Duration)> {
    let began = Instant::now();
    loop {
        let problems = compare(database, ledger, hashes).await?;
        let is_complete = problems.iter().all(|problem| problem.kind != Kind::Lost);
        let took = began.elapsed();
        if is_complete {
            tokio::time::sleep(REPEATS_WITHIN).await;
            return Ok((compare(database, ledger, hashes).await?, took));
        }
        if took > CATCHES_UP_WITHIN {
            return Ok((problems, took));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn compare(database: &DatabaseUrl, ledger: &Ledger, hashes: &[String]) -> anyhow::Result<Vec<Problem>> {
    let (tasks, seqs) = ledger.expectations();
    let rows = database
        .connect()
        .await?
        .query(include_str!("check.sql"), &[&hashes, &tasks, &seqs])
        .await
        .context("cannot compare the ledger with the database")?;
    let problem = |row: &tokio_postgres::Row| Problem {
        drill: row.get(0),
        kind: if row.get::<_, &str>(1) == "doubled" { Kind::Doubled } else { Kind::Lost },
        id: row.get(2),
        difference: row.get(3),
    };
    Ok(rows.iter().map(problem).collect())
}
