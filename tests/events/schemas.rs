use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use events::Subject;
use serde_json::Value;
use tests::{App, Database};

/// Returns the schema of an event, including that of its subject.
fn schema_of(kind: &events::Kind) -> Value {
    let state = match kind.subject {
        Subject::Task => actions::tasks::schema(),
        Subject::Series => actions::series::schema(),
        Subject::Reminder => actions::reminders::schema(),
        Subject::Security => serde_json::json!({ "type": "null" }),
    };
    events::schema(kind, state)
}

#[test]
fn the_schemas_are_kept_beside_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/events/schemas");
    let mut stale = Vec::new();
    for kind in events::KINDS {
        let (made, file) = (format!("{:#}\n", schema_of(kind)), folder.join(format!("{}.json", kind.name)));
        if std::fs::read_to_string(&file).unwrap_or_default() != made {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, made).unwrap();
            stale.push(kind.name);
        }
    }
    assert!(
        stale.is_empty(),
        "crates/events/schemas was out of date and has been regenerated: review and commit it"
    );
}

#[tokio::test]
async fn every_kind_of_change_creates_an_event_that_matches_its_schema() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let task = ada.task("one").await;
    ada.patch(&task, serde_json::json!({ "title": "two", "due_date": "2031-04-02T17:00:00Z" }))
        .await
        .expect(200);
    ada.post(&format!("{task}/complete"), serde_json::json!({})).await.expect(200);
    ada.post(&format!("{task}/reopen"), serde_json::json!({})).await.expect(200);
    ada.call("PATCH", &task)
        .header("if-match", "\"1\"")
        .json(&serde_json::json!({ "title": "x" }))
        .send()
        .await
        .problem(412);
    ada.delete(&task).await.expect(204);
    ada.post(&format!("{task}/restore"), serde_json::json!({})).await.expect(200);
    ada.delete(&format!("{task}?permanent=true")).await.expect(204);
    let series =
        serde_json::json!({ "title": "again", "frequency": "daily", "reminders": [{ "before": "0m" }] });
    let series = ada.post("/api/recurring-tasks", series).await.expect(201).header("location").to_owned();
    ada.patch(&series, serde_json::json!({ "interval": 2 })).await.expect(200);
    ada.call("DELETE", &series).header("if-match", "\"1\"").send().await.problem(412);
    ada.delete(&series).await.expect(204);
    let reminder = ada.get("/api/reminders").await.expect(200).json()["items"][0]["id"].clone();
    let reminder = format!("/api/reminders/{}", reminder.as_str().unwrap());
    ada.post(&format!("{reminder}/snooze"), serde_json::json!({ "for": "1h" })).await.expect(200);
    ada.delete(&reminder).await.expect(204);
    app.post(
        "/api/auth/login",
        serde_json::json!({ "email": "ada@example.com", "password": "not this one" }),
    )
    .await
    .problem(401);
    app.guest().await.get(&task).await.problem(404);
    app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await.problem(401);
    app.call("POST", "/api/tasks")
        .header("authorization", format!("Bearer {}", ada.token))
        .header("content-type", "application/json")
        .body("{\"title\": \"a\\u0000b\"}")
        .send()
        .await
        .problem(422);

    let rows = app.database.rows("select app.cloud_event(outbox)::json as event from app.outbox").await;
    let seen: BTreeSet<&str> = rows.iter().map(|row| check(&row["event"])).collect();
    let unseen: Vec<_> =
        events::KINDS.iter().map(|kind| kind.name).filter(|name| !seen.contains(name)).collect();
    let elsewhere = [
        "recurring.generated",
        "recurring.withdrawn",
        "recurring.ended",
        "reminder.due",
        "reminder.sent",
        "reminder.failed",
        "access.denied",
        "limit.hit",
    ];
    assert_eq!(unseen, elsewhere, "what other tests look at");
}

/// Asserts that an event matches its schema and that a consumer can parse it. Returns its type.
fn check(event: &Value) -> &'static str {
    static SCHEMAS: LazyLock<Vec<jsonschema::Validator>> = LazyLock::new(|| {
        events::KINDS.iter().map(|kind| jsonschema::validator_for(&schema_of(kind)).unwrap()).collect()
    });
    let known = events::KINDS.iter().zip(SCHEMAS.iter()).find(|(kind, _)| event["type"] == kind.name);
    let (kind, schema) = known.unwrap_or_else(|| panic!("{event} has a type that is known"));
    let errors: Vec<String> = schema.iter_errors(event).map(|error| error.to_string()).collect();
    assert_eq!(errors, [] as [String; 0], "{event}");
    events::Event::read(event.to_string().as_bytes()).expect("a consumer can read it");
    kind.name
}

#[tokio::test]
#[ignore = "`cargo dev test` runs it behind all others"]
async fn every_event_of_the_whole_run_fits_its_schema() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for database in Database::all().await {
        for row in database.rows("select event from every_event").await {
            *seen.entry(check(&row["event"])).or_default() += 1;
        }
    }
    println!("{seen:?}");
    assert_eq!(seen.len(), events::KINDS.len(), "each type of event was there: {seen:?}");
}
