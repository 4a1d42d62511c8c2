//! `TaskFlow-Seq`, the position that a client with a copy waits for.

use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, Response};

/// Returns the position in the header.
#[track_caller]
fn seq(response: &Response) -> i64 {
    response.header("taskflow-seq").parse().unwrap_or_else(|_| panic!("no TaskFlow-Seq: {response:?}"))
}

/// Returns the user's newest position.
async fn newest(ada: &Person) -> i64 {
    ada.get("/api/sync").await.expect(200).json()["seq"].as_i64().expect("a page has a seq")
}

#[tokio::test]
async fn every_write_returns_the_position_that_holds_its_change() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "due_date": "2031-04-02T17:00:00Z" })).await;
    assert_eq!((seq(&task), task.json()["seq"].as_i64()), (1, Some(1)));
    let path = task.header("location");
    let reminder = ada.post(&format!("{path}/reminders"), json!({ "before": "1h" })).await.expect(201);
    let weekly = json!({ "title": "water plants", "frequency": "weekly", "start_date": "2031-01-01" });
    let series = ada.post("/api/recurring-tasks", weekly.clone()).await.expect(201);
    let token = json!({ "name": "script", "scopes": ["read"] });
    let token = ada.post("/api/auth/tokens", token).await.expect(201);
    let tell = "insert into app.notifications (user_id, kind, title, task_ids, minute)
                select tasks.user_id, 'reminder', 'x', array[tasks.id], now() from app.tasks limit 1";
    app.database.change(tell).await;
    let inbox = ada.get("/api/notifications").await.expect(200).json();
    let notification = inbox["items"][0]["id"].as_str().expect("a notification");
    let (reminder, series, token) = (reminder.id(), series.header("location"), token.id());

    for (method, path, body) in [
        (
            "POST",
            "/api/tasks".to_owned(),
            json!({ "title": "another", "recurrence": { "frequency": "daily" } }),
        ),
        ("POST", "/api/recurring-tasks".to_owned(), weekly),
        ("PATCH", path.to_owned(), json!({ "title": "the report" })),
        ("PATCH", path.to_owned(), json!({})),
        ("PATCH", format!("{path}/priority"), json!({ "priority": "high" })),
        ("PATCH", format!("{path}/due-date"), json!({ "due_date": "2031-04-03" })),
        ("POST", format!("{path}/tags"), json!({ "tags": ["work"] })),
        ("DELETE", format!("{path}/tags/work"), Value::Null),
        ("POST", format!("/api/reminders/{reminder}/snooze"), json!({ "for": "10m" })),
        ("DELETE", format!("/api/reminders/{reminder}"), Value::Null),
        ("POST", format!("{path}/complete"), Value::Null),
        ("POST", format!("{path}/complete"), Value::Null),
        ("POST", format!("{path}/reopen"), Value::Null),
        ("POST", format!("/api/notifications/{notification}/read"), Value::Null),
        ("POST", "/api/notifications/read-all".to_owned(), Value::Null),
        ("DELETE", path.to_owned(), Value::Null),
        ("POST", format!("{path}/restore"), Value::Null),
        ("DELETE", format!("{path}?permanent=true"), Value::Null),
        ("PATCH", series.to_owned(), json!({ "interval": 2 })),
        ("POST", format!("{series}/dismiss-missed"), Value::Null),
        ("DELETE", format!("{series}?delete_open=true"), Value::Null),
        ("PATCH", "/api/auth/me".to_owned(), json!({ "timezone": "Asia/Tokyo" })),
        ("DELETE", format!("/api/auth/tokens/{token}"), Value::Null),
        ("DELETE", "/api/auth/sessions".to_owned(), Value::Null),
    ] {
        let before = newest(&ada).await;
        let call = ada.call(method, &path);
        let response = if body.is_null() { call.send().await } else { call.json(&body).send().await };
        assert!((200..300).contains(&response.status), "{method} {path}: {response:?}");
        assert_eq!(seq(&response), newest(&ada).await, "{method} {path} is the last write");
        assert!(seq(&response) >= before, "{method} {path}");
        let own: Value = serde_json::from_str(&response.text).unwrap_or_default();
        assert!(own["seq"].as_i64().unwrap_or(0) <= seq(&response), "{method} {path}: {response:?}");
    }
    let left = ada.post("/api/auth/logout", json!({})).await.expect(204);
    assert!(seq(&left) > 0);
}

#[tokio::test]
async fn a_replay_and_a_tool_call_return_the_newest_position_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let post = async || {
        let call = ada.call("POST", "/api/tasks").header("idempotency-key", "key");
        call.json(&json!({ "title": "report" })).send().await.expect(201)
    };
    let first = post().await;
    ada.task("another").await;

    assert_eq!((seq(&first), seq(&post().await)), (1, 2));
    let tool = |name: &str, arguments: Value| {
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": { "name": name, "arguments": arguments } })
    };
    let added = ada.post("/mcp", tool("add_task", json!({ "title": "from an agent" }))).await.expect(200);
    assert_eq!(seq(&added), 3);
    let listed = ada.post("/mcp", tool("list_tasks", json!({}))).await.expect(200);
    assert_eq!(listed.header("taskflow-seq"), "", "a read has no position");
}

#[tokio::test]
async fn reads_refused_writes_and_calls_of_dapr_return_no_position() {
    let app = App::with(&[("app_api_token", DAPR_TOKEN)]).await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let stale = ada.call("DELETE", &task).header("if-match", "\"7\"").send().await;
    stale.problem(412);
    let invalid = ada.post("/api/tasks", json!({ "title": "x", "due_date": "2020-01-01" })).await;
    invalid.problem(422);
    ada.delete(&task).await.expect(204);
    app.database.change("update app.tasks set deleted_at = now() - interval '31 days'").await;

    for response in [
        stale,
        invalid,
        ada.get("/api/tasks").await.expect(200),
        ada.get("/api/sync").await.expect(200),
        app.as_dapr("/internal/housekeeping").send().await.expect(200),
    ] {
        assert_eq!(response.header("taskflow-seq"), "", "{response:?}");
    }
}
