//! Series: how long it takes to say when one comes next, and how long from a completion to the next occurrence.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use domain::{Field, Rule};
use serde_json::Value;

use super::connection::Connection;
use super::load::run;
use super::measured::Measured;
use super::world::{CREATORS, World};

/// What they are called among the scenarios.
pub const RULES: &str = "next-occurrence";
pub const COMPLETION: &str = "completion-delay";

/// Completions a second.
pub const RATE: usize = 20;

const WRITERS: usize = 4;

/// What is asked for the next occurrence, and what it is called.
const KNOWN: [(&str, &str); 6] = [
    ("daily at 9:00", r#"{"frequency":"daily","start_date":"2026-01-01T09:00:00","timezone":"Europe/Berlin"}"#),
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

/// How long a rule took to say when it comes next.
#[derive(Debug)]
pub struct Asked {
    /// What the rule is called.
    pub rule: &'static str,
    /// In nanoseconds, the 50th, 95th and 99th percentile of the means of a hundred calls.
    pub percentiles: [f64; 3],
}

/// Asks each rule again and again, from one occurrence to the next.
pub fn rules() -> anyhow::Result<Vec<Asked>> {
    KNOWN.into_iter().map(|(name, parts)| ask(name, parts)).collect()
}

fn ask(name: &'static str, parts: &str) -> anyhow::Result<Asked> {
    const TURNS: usize = 2000;
    const CALLS: u32 = 100;
    let parts: Value = serde_json::from_str(parts)?;
    let rule = Rule::parse(&parts).map_err(|errors| anyhow!("{name} is no rule: {errors:?}"))?;
    let first = rule.first().with_context(|| format!("{name} never comes"))?.due_date;
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
    Ok(Asked { rule: name, percentiles: [50, 95, 99].map(|share| means[TURNS * share / 100]) })
}

const SERIES: &str = r#"{"title":"water the plants","frequency":"daily"}"#;

/// The first occurrences, each with the number of its user among those of the tokens.
const FIRST: &str = "
select task.id::text, array_position($1::text[], session.token_hash) - 1
  from app.tasks as task join app.sessions as session on session.user_id = task.user_id
 where task.recurring_task_id is not null and task.status = 'active' and session.token_hash = any ($1::text[])";

/// How long each took from its completion to the next one of its series.
const DELAYS: &str = "
select extract(epoch from next.created_at - done.completed_at)::float8 * 1000
  from app.tasks as done
  left join app.tasks as next on next.recurring_task_id = done.recurring_task_id and next.id <> done.id
 where done.id = any ($1::text[]::uuid[])";

/// Completes an occurrence after the other, each of a series of its own, at a steady rate.
pub async fn completion(world: &World, time: Duration) -> anyhow::Result<Measured> {
    let server = world.taskflow;
    let count = RATE * time.as_secs() as usize;
    let mut connection = Connection::open(server).await?;
    for number in 0..count {
        let status = connection.ask("POST /api/recurring-tasks", &CREATORS.token(number), None, SERIES).await?;
        ensure!(status == 201, "a series was answered with {status}: {}", connection.answer());
    }
    let client = world.owned.connect().await?;
    let rows = client.query(FIRST, &[&CREATORS.hashes()]).await.context("cannot read the occurrences")?;
    let tasks: Vec<(String, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    ensure!(tasks.len() == count, "{count} series have {} first occurrences", tasks.len());
    let ids: Vec<String> = tasks.iter().map(|(id, _)| id.clone()).collect();
    let tasks = Arc::new(tasks);
    world.caught_up().await?;
    run(WRITERS, time, |writer, _| {
        let tasks = Arc::clone(&tasks);
        async move {
            let mut connection = Connection::open(server).await?;
            let mut turns = tokio::time::interval(Duration::from_secs(1) * WRITERS as u32 / RATE as u32);
            for (id, user) in tasks.iter().skip(writer).step_by(WRITERS) {
                turns.tick().await;
                let line = format!("POST /api/tasks/{id}/complete");
                let status = connection.ask(&line, &CREATORS.token(*user as usize), None, "").await?;
                ensure!(status == 200, "a completion was answered with {status}: {}", connection.answer());
            }
            Ok(Measured::default())
        }
    })
    .await?;
    world.delays(DELAYS, &ids, count, time).await
}
