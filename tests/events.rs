//! What happens goes out as events, and is taken.

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
use tests::{App, Person, is_full};

/// How long an event may take, at the most, to get where it goes: after an outage what waits rests, the longer the longer the
/// outage was.
fn patience() -> Duration {
    Duration::from_secs(if is_full() { 60 } else { 20 })
}

/// Looks again and again until it is so, for as long as patience lasts.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(began.elapsed() < patience(), "{what}: not within {:?}", patience());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the trail says of somebody, when it says that much.
pub async fn trail(person: &Person, path: &str, length: usize) -> Vec<Value> {
    until(&format!("{length} events at {path}"), async || {
        let list = person.get(path).await.expect(200).json();
        let items = list["items"].as_array().unwrap().clone();
        (items.len() >= length).then_some(items)
    })
    .await
}

/// Until nothing waits to be published.
pub async fn nothing_waits(app: &App) {
    until("an empty outbox", async || {
        app.database.rows("select 1 from app.outbox limit 1").await.is_empty().then_some(())
    })
    .await;
}

/// Has as many people write tasks in turn, so many a second, whatever the answers take. Returns how long each took.
async fn write_evenly(people: Vec<Person>, a_second: u32, how_long: Duration) -> Vec<Duration> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / a_second);
    let mut writes = Vec::new();
    for (number, person) in (0..(how_long.as_secs_f64() * f64::from(a_second)) as usize).zip(people.iter().cycle()) {
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

/// Until the trail has everything of these people, and then: that it came in the order of each, and was done once.
async fn all_arrives(app: &App, count: usize) {
    until(&format!("{count} events in the trail"), async || {
        let taken = app.database.rows("select count(*) as n from app.audit").await;
        (taken[0]["n"] == count).then_some(())
    })
    .await;
    nothing_waits(app).await;
    let made = app.database.rows("select count(*) as n, max(version) as version from app.tasks").await;
    assert_eq!(made, [json!({ "n": count, "version": 1 })], "each task was made, and nothing else was done");
    let outcomes = app.database.rows("select outcome, count(*) as n from app.deliveries group by outcome").await;
    assert_eq!(outcomes, [json!({ "outcome": "done", "n": count })], "none came behind a later one of its user");
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
}

/// Several events as Dapr delivers them to a bulk subscription.
fn bulk_of(events: &[Value]) -> Value {
    let entries: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(number, event)| {
            json!({ "entryId": number.to_string(), "contentType": "application/cloudevents+json", "metadata": {}, "event": event })
        })
        .collect();
    json!({ "id": "a bulk", "topic": "task-events", "pubsubname": "pubsub", "type": "com.dapr.event.sent.bulk",
            "metadata": {}, "entries": entries })
}

/// Delivers several at once as Dapr does, and returns what is said of each.
async fn deliver(app: &App, events: &[Value]) -> Vec<String> {
    let answer = app.as_dapr("/internal/audit/events").json(&bulk_of(events)).send().await.expect(200).json();
    let statuses = answer["statuses"].as_array().expect("an answer for each").iter().enumerate();
    statuses
        .map(|(number, one)| {
            assert_eq!(one["entryId"], number.to_string());
            one["status"].as_str().expect("a status").to_owned()
        })
        .collect()
}

/// What `cargo dev events replay` says.
fn replay(app: &App) -> String {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    // The tests are in a folder beside the command that runs them.
    let command = folder.with_file_name("dev");
    let output =
        Command::new(command).args(["events", "replay"]).env("DATABASE_URL", app.database.url()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// An event of somebody's as Dapr delivers it.
pub fn event_of(person: &str, seq: i64) -> Value {
    let id = domain::TaskId::new(web::now_ms(), web::random()).to_string();
    json!({
        "specversion": "1.0", "id": id, "source": "taskflow", "type": "task.created", "topic": "task-events",
        "data": {
            "schema_version": 1, "event_id": id, "correlation_id": "c", "user_id": person, "seq": seq, "actor": "user",
            "actor_name": null, "occurred_at": "2026-11-21T10:00:00.123456+00:00", "task_id": id, "before": null,
            "after": { "title": "made up" }, "changes": {}, "details": null,
        },
    })
}
