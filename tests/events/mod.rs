//! What happens goes out as events, and is taken.

mod audit;
mod bad;
mod publishing;
mod schemas;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{App, Person};

/// Looks again and again until it is so, for twenty seconds.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: not within 20 seconds");
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
