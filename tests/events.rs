//! Events from publishing to consumption.

mod audit;
mod bad;
mod outages;
mod publishing;
mod releases;
mod repeats;
mod schemas;

use std::process::Command;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person, deliver_bulk, is_full, keeps_order};

/// Timeout for the delivery of an event. It includes the backoff of the publisher after an outage, which
/// grows with the length of the outage.
fn delivery_timeout() -> Duration {
    Duration::from_secs(if is_full() { 60 } else { 20 })
}

/// Polls until `look` returns something, and panics after the timeout.
pub async fn poll_until<T>(goal: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(began.elapsed() < delivery_timeout(), "{goal}: not within {:?}", delivery_timeout());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until the audit trail of a user has a number of entries and returns them.
pub async fn wait_for_trail(person: &Person, path: &str, length: usize) -> Vec<Value> {
    poll_until(&format!("{length} events at {path}"), async || {
        let list = person.get(path).await.expect(200).json();
        let items = list["items"].as_array().unwrap().clone();
        (items.len() >= length).then_some(items)
    })
    .await
}

/// Waits until the outbox is empty.
pub async fn wait_for_empty_outbox(app: &App) {
    poll_until("an empty outbox", async || {
        app.database.rows("select 1 from app.outbox limit 1").await.is_empty().then_some(())
    })
    .await;
}

/// Creates tasks at a constant rate, the users in turn, without waiting for responses. Returns the latency of
/// each request.
async fn create_tasks_at_rate(people: Vec<Person>, per_second: u32, duration: Duration) -> Vec<Duration> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let mut writes = Vec::new();
    for (number, person) in
        (0..(duration.as_secs_f64() * f64::from(per_second)) as usize).zip(people.iter().cycle())
    {
        ticks.tick().await;
        let person = person.clone();
        writes.push(tokio::spawn(async move {
            let began = Instant::now();
            person.task(&format!("number {number}")).await;
            began.elapsed()
        }));
    }
    join_all(writes).await.into_iter().map(|took| took.expect("a write that works")).collect()
}

/// Waits until the audit trail has that many events, and asserts that each was consumed once and in the order
/// of its user, if the broker keeps it.
async fn assert_all_arrive(app: &App, count: usize) {
    assert_all_are_consumed_once(app, count).await;
    if keeps_order() {
        assert_eq!(late_events(app).await, [] as [Value; 0]);
    }
}

/// Returns the events that were consumed after later ones of their user.
async fn late_events(app: &App) -> Vec<Value> {
    app.database.rows("select event_id from app.consumed_events where outcome = 'late'").await
}

/// Waits until the audit trail has that many events, and asserts that each was consumed once.
async fn assert_all_are_consumed_once(app: &App, count: usize) {
    poll_until(&format!("{count} events in the trail"), async || {
        let taken = app.database.rows("select count(*) as n from app.audit").await;
        (taken[0]["n"] == count).then_some(())
    })
    .await;
    wait_for_empty_outbox(app).await;
    let made = app.database.rows("select count(*) as n, max(version) as version from app.tasks").await;
    assert_eq!(made, [json!({ "n": count, "version": 1 })], "each task was made, and nothing else was done");
    assert_eq!(app.database.rows("select 1 from app.consumed_events").await.len(), count);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
}

/// Adds the trigger `slow`, which sleeps for a second, so that the statement can be interrupted.
pub async fn add_slow_trigger(app: &App, moment: &str) {
    let add = format!(
        "create function app.be_slow() returns trigger language plpgsql as $$
         begin
             perform pg_sleep(1);
             return new;
         end $$;
         create trigger slow {moment} execute function app.be_slow()"
    );
    app.database.change(&add).await;
}

/// Waits until a statement sleeps in the trigger.
pub async fn wait_for_slow_trigger(app: &App) {
    let asleep =
        "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
    let is_asleep = async || (!app.database.rows(asleep).await.is_empty()).then_some(());
    poll_until("a statement that sleeps", is_asleep).await;
}

/// Delivers events in bulk to the audit trail and returns the status of each.
async fn deliver(app: &App, events: &[Value]) -> Vec<String> {
    deliver_bulk(app, "/internal/audit/events", "task-events", events).await
}

/// Runs `cargo dev events requeue` and returns its output.
fn requeue(app: &App) -> String {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    // The test binaries are in a folder beside the `dev` binary.
    let command = folder.with_file_name("dev");
    let output = Command::new(command)
        .args(["events", "requeue"])
        .env("DATABASE_URL", app.database.url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Returns an event of a user as Dapr delivers it.
pub fn created_event(person: &str, seq: i64) -> Value {
    let id = domain::Id::new(web::now_ms(), web::random()).to_string();
    json!({
        "specversion": "1.0", "id": id, "source": "taskflow", "type": "task.created", "topic": "task-events",
        "data": {
            "schema_version": 1, "event_id": id, "correlation_id": "c", "user_id": person, "seq": seq,
            "actor": "user",
            "actor_name": null, "occurred_at": "2026-11-21T10:00:00.123456+00:00", "task_id": id,
            "before": null,
            "after": { "title": "made up" }, "changes": {}, "details": null,
        },
    })
}
