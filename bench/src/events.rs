//! Events: the delay from a change to the audit trail, the time of publishing, and the speed of draining a
//! queue.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use workload::{Connection, Process};

use crate::load::run;
use crate::measurement::Measurement;
use crate::scenario::TASK;
use crate::world::{CREATORS, World};

/// Names of the scenarios.
pub const DELAY: &str = "audit-delay";
pub const PUBLISH: &str = "publish";
pub const DRAIN: &str = "drain";

/// Changes per second.
pub const RATE: u32 = 200;
/// Events in the queue.
pub const QUEUE: usize = 100_000;

const PROBE_EVERY: Duration = Duration::from_millis(100);
const PROBE_EVENTS: usize = 20;

/// Delay of each event from its change to the audit trail.
const DELAYS: &str = "
select array_agg(delay_ms::float8) from app.consumed_events where consumer = 'audit' and at >= $1::text::timestamptz";

/// Creates some hundreds of tasks for one of the creators, with the triggers.
const MAKE: &str = "
insert into app.tasks (id, user_id, title)
select gen_random_uuid(), person.user_id, 'number ' || number
  from (select user_id from app.sessions where token_hash = any ($1::text[]) order by user_id limit 1 offset $2) as person,
       generate_series(1, $3::int) as number";

/// Creates tasks at a steady rate. Measures the delay of each event to the audit trail, and the time of
/// publishing under this load.
pub async fn delay(
    world: &World,
    sidecar: SocketAddr,
    token: &str,
    time: Duration,
) -> anyhow::Result<[Measurement; 2]> {
    let client = world.owned.connect().await?;
    let began: String = client.query_one("select clock_timestamp()::text", &[]).await?.get(0);
    let writers = 8;
    let server = world.taskflow;
    let (_, published) = tokio::try_join!(
        run(writers, time, |number, window| async move {
            let mut connection = Connection::open(server).await?;
            let mut turns = tokio::time::interval(Duration::from_secs(1) * writers as u32 / RATE);
            for turn in 0.. {
                turns.tick().await;
                if window.is_over() {
                    break;
                }
                let token = CREATORS.token(number + writers * turn);
                let status = connection.send("POST /api/tasks", &token, None, TASK).await?;
                ensure!(status == 201, "a task returned {status}: {}", connection.response());
            }
            Ok(Measurement::default())
        }),
        probe(sidecar, token, time),
    )?;
    world.wait_until_taken().await?;
    let delays: Vec<f64> = client.query_one(DELAYS, &[&began]).await?.get(0);
    Ok([Measurement::of_milliseconds(&delays, time * 5 / 4), published])
}

/// Publishes as functions do, to a topic whose only consumer ignores events of users without live streams.
async fn probe(sidecar: SocketAddr, token: &str, time: Duration) -> anyhow::Result<Measurement> {
    let entries: Vec<String> = (0..PROBE_EVENTS)
        .map(|number| {
            let id = format!("019a0000-0000-7000-8000-{number:012}");
            let data = format!(r#"{{"schema_version":1,"event_id":"{id}","user_id":"{id}","task_id":"{id}","seq":1,"actor":"user","occurred_at":"2026-11-21T10:00:00Z","before":null,"after":{TASK}}}"#);
            let event = format!(r#"{{"specversion":"1.0","id":"{id}","source":"bench","type":"task.created","data":{data}}}"#);
            let kind = "application/cloudevents+json";
            format!(r#"{{"entryId":"{number}","event":{event},"contentType":"{kind}","metadata":{{"partitionKey":"{number}"}}}}"#)
        })
        .collect();
    let body = format!("[{}]", entries.join(","));
    let line = "POST /v1.0-alpha1/publish/bulk/pubsub/task-updates";
    let token = token.to_owned();
    run(1, time, |_, window| {
        let (token, body) = (token.clone(), body.clone());
        async move {
            let mut connection = Connection::open(sidecar).await?;
            let (mut measured, mut turns) = (Measurement::default(), tokio::time::interval(PROBE_EVERY));
            while !window.is_over() {
                turns.tick().await;
                let sent = Instant::now();
                let status = connection.send_to_dapr(line, &token, &body).await?;
                window.record(sent, &mut measured);
                ensure!(status == 204, "publishing returned {status}: {}", connection.response());
            }
            Ok(measured)
        }
    })
    .await
}

/// Result of draining a queue.
#[derive(Debug)]
pub struct Drained {
    /// Events per second, from the outbox into the audit trail.
    pub rate: f64,
    /// Memory of the host before draining, and its maximum while draining, in MiB.
    pub memory: (u64, u64),
}

/// Drains a queue.
pub async fn drain(world: &World, host: &Process) -> anyhow::Result<Drained> {
    let client = world.owned.connect().await?;
    world.set_publishing(false).await?;
    client.batch_execute("delete from app.outbox").await?;
    let (hashes, each) = (CREATORS.hashes(), QUEUE.div_ceil(CREATORS.count));
    for number in 0..CREATORS.count {
        client
            .execute(MAKE, &[&hashes, &(number as i64), &(each as i32)])
            .await
            .context("cannot make changes")?;
    }
    world.clean_up().await?;
    let taken = "select coalesce(sum(times), 0)::bigint from app.consumer_counters where consumer = 'audit' and outcome in ('done', 'late')";
    let before: i64 = client.query_one(taken, &[]).await?.get(0);
    let expected = (each * CREATORS.count) as i64;
    let (at_rest, mut peak) = (host.memory()?, 0);
    let began = Instant::now();
    client.execute("select app.set_publishing(true)", &[]).await?;
    while client.query_one(taken, &[]).await?.get::<_, i64>(0) < before + expected {
        peak = peak.max(host.memory()?);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(Drained { rate: expected as f64 / began.elapsed().as_secs_f64(), memory: (at_rest, peak) })
}
