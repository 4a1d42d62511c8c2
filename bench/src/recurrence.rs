//! Series: the time to compute a next occurrence, and the delay from a completion to the next occurrence.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use domain::{Field, Rule};
use serde_json::Value;
use workload::Connection;

use crate::load::run;
use crate::measurement::Measurement;
use crate::world::{CREATORS, World};

/// Names of the scenarios.
pub const RULES: &str = "next-occurrence";
pub const COMPLETION: &str = "completion-delay";

/// Completions per second.
pub const RATE: usize = 20;

const WRITERS: usize = 4;

/// Rules to compute next occurrences of, with their names.
const CASES: [(&str, &str); 6] = [
    (
        "daily at 9:00",
        r#"{"frequency":"daily","start_date":"2026-01-01T09:00:00","timezone":"Europe/Berlin"}"#,
    ),
    (
        "weekdays",
        r#"{"frequency":"weekly","by_weekday":["mon","tue","wed","thu","fri"],"start_date":"2026-01-01","timezone":"UTC"}"#,
    ),
    (
        "every third Monday at 2:30",
        r#"{"frequency":"weekly","interval":3,"by_weekday":["mon"],"start_date":"2026-01-05T02:30:00","timezone":"America/New_York"}"#,
    ),
    (
        "the 31st at 17:00",
        r#"{"frequency":"monthly","day_of_month":31,"start_date":"2026-01-31T17:00:00","timezone":"Australia/Lord_Howe"}"#,
    ),
    ("February 29", r#"{"frequency":"yearly","start_date":"2024-02-29","timezone":"Europe/Berlin"}"#),
    (
        "ten days after completion",
        r#"{"frequency":"daily","interval":10,"anchor":"completion","start_date":"2026-01-01T09:00:00","timezone":"Europe/Berlin"}"#,
    ),
];

/// Time that a rule took to compute its next occurrence.
#[derive(Debug)]
pub struct RuleLatency {
    /// Name of the rule.
    pub rule: &'static str,
    /// 50th, 95th and 99th percentile of means of a hundred calls, in nanoseconds.
    pub percentiles: [f64; 3],
}

/// Measures each rule, from one occurrence to the next.
pub fn rules() -> anyhow::Result<Vec<RuleLatency>> {
    CASES.into_iter().map(|(name, parts)| time(name, parts)).collect()
}

fn time(name: &'static str, parts: &str) -> anyhow::Result<RuleLatency> {
    const TURNS: usize = 2000;
    const CALLS: u32 = 100;
    let parts: Value = serde_json::from_str(parts)?;
    let rule = Rule::parse(&parts).map_err(|errors| anyhow!("{name} is not a rule: {errors:?}"))?;
    let first = rule.first().with_context(|| format!("{name} has no occurrence"))?.due_date;
    let mut means = Vec::new();
    for _ in 0..TURNS {
        let (began, mut last) = (Instant::now(), first);
        for _ in 0..CALLS {
            last = black_box(&rule).after(black_box(last)).map_or(first, |next| next.due_date);
        }
        black_box(last);
        means.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
    }
    means.sort_by(f64::total_cmp);
    Ok(RuleLatency { rule: name, percentiles: [50, 95, 99].map(|share| means[TURNS * share / 100]) })
}

const SERIES: &str = r#"{"title":"water the plants","frequency":"daily"}"#;

/// First occurrences, each with the number of its user's token.
const FIRST: &str = "
select task.id::text, array_position($1::text[], session.token_hash) - 1
  from app.tasks as task join app.sessions as session on session.user_id = task.user_id
 where task.recurring_task_id is not null and task.status = 'active' and session.token_hash = any ($1::text[])";

/// Delay of each from its completion to the next occurrence of its series.
const DELAYS: &str = "
select extract(epoch from next.created_at - done.completed_at)::float8 * 1000
  from app.tasks as done
  left join app.tasks as next on next.recurring_task_id = done.recurring_task_id and next.id <> done.id
 where done.id = any ($1::text[]::uuid[])";

/// Completes occurrences at a steady rate, each of a series of its own.
pub async fn completion(world: &World, time: Duration) -> anyhow::Result<Measurement> {
    let server = world.taskflow;
    let count = RATE * time.as_secs() as usize;
    let mut connection = Connection::open(server).await?;
    for number in 0..count {
        let status =
            connection.send("POST /api/recurring-tasks", &CREATORS.token(number), None, SERIES).await?;
        ensure!(status == 201, "a series returned {status}: {}", connection.response());
    }
    let client = world.owned.connect().await?;
    let rows = client.query(FIRST, &[&CREATORS.hashes()]).await.context("cannot read the occurrences")?;
    let tasks: Vec<(String, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    ensure!(tasks.len() == count, "{count} series have {} first occurrences", tasks.len());
    let ids: Vec<String> = tasks.iter().map(|(id, _)| id.clone()).collect();
    let tasks = Arc::new(tasks);
    world.wait_until_taken().await?;
    run(WRITERS, time, |writer, _| {
        let tasks = Arc::clone(&tasks);
        async move {
            let mut connection = Connection::open(server).await?;
            let mut turns = tokio::time::interval(Duration::from_secs(1) * WRITERS as u32 / RATE as u32);
            for (id, user) in tasks.iter().skip(writer).step_by(WRITERS) {
                turns.tick().await;
                let line = format!("POST /api/tasks/{id}/complete");
                let status = connection.send(&line, &CREATORS.token(*user as usize), None, "").await?;
                ensure!(status == 200, "a completion returned {status}: {}", connection.response());
            }
            Ok(Measurement::default())
        }
    })
    .await?;
    world.delays(DELAYS, &ids, count, time).await
}
