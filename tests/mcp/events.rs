//! Actors and idempotency keys of tool calls.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person};

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::{READ_ONLY, Things, complete, event_summaries, id, with};
use crate::events::wait_for_trail;

/// Expected events of each tool that changes data.
const EVENTS: [(&str, &[&str]); 13] = [
    ("add_task", &["task.created"]),
    ("update_task", &["task.updated"]),
    ("complete_task", &["task.completed"]),
    ("reopen_task", &["task.reopened"]),
    ("delete_task", &["task.deleted"]),
    ("set_task_priority", &["task.updated"]),
    ("set_task_due_date", &["task.updated"]),
    ("add_task_tags", &["task.updated"]),
    ("remove_task_tags", &["task.updated"]),
    ("create_recurring_task", &["recurring.created", "task.created"]),
    ("stop_recurring_task", &["recurring.stopped"]),
    ("set_reminder", &["reminder.created"]),
    ("cancel_reminder", &["reminder.cancelled"]),
];

#[tokio::test]
async fn every_change_is_one_event_of_the_agent_with_the_name_of_its_client() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::with_name("Claude Desktop", &ada);
    for (tool, expected) in EVENTS {
        // Without reminders of its own, which would move or end with it.
        let things = Things::of(&ada).await;
        if tool != "cancel_reminder" {
            ada.delete(&format!("/api/reminders/{}", id(&things.reminder))).await.expect(204);
        }
        if tool == "reopen_task" {
            complete(&ada, &things.task).await;
        }
        let arguments = things.arguments().into_iter().find(|(name, _)| *name == tool).unwrap().1;
        let before = event_summaries(&app).await.len();

        let made = assistant.call(tool, arguments.clone()).await.success();

        let mut emitted = event_summaries(&app).await.split_off(before);
        emitted.sort();
        let by = |kind: &&str| (kind.to_string(), "agent".to_owned(), Some("Claude Desktop".to_owned()));
        assert_eq!(emitted, expected.iter().map(by).collect::<Vec<_>>(), "{tool}");
        if !["add_task", "create_recurring_task", "set_reminder", "cancel_reminder"].contains(&tool) {
            let again = assistant.call(tool, arguments).await.success();
            assert!(made["version"] == again["version"], "{tool}: {again}");
            assert_eq!(
                event_summaries(&app).await.len(),
                before + emitted.len(),
                "{tool} again: nothing has changed"
            );
        }
    }
}

#[tokio::test]
async fn reads_create_no_event() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let before = event_summaries(&app).await;
    for (tool, arguments) in things.arguments() {
        if READ_ONLY.contains(&tool) {
            Assistant::of(&ada).call(tool, arguments).await.success();
        }
    }
    assert_eq!(event_summaries(&app).await, before);
}

#[tokio::test]
async fn an_event_of_an_agent_has_the_state_before_and_after() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let made = assistant.call("add_task", json!({ "title": "report" })).await.success();
    let changed =
        assistant.call("update_task", json!({ "task": "report", "title": "the report" })).await.success();

    let events = app.database.events().await;

    let states = [&Value::Null, &made, &changed];
    for (event, state) in events.iter().zip(states.windows(2)) {
        assert_eq!([&event["before"], &event["after"]], state);
        assert_eq!((&event["user_id"], &event["subject_id"]), (&json!(ada.id()), &made["id"]));
    }
}

#[tokio::test]
async fn the_history_distinguishes_the_agent_from_its_user() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let task = Assistant::with_name("Claude Desktop", &ada)
        .call("add_task", json!({ "title": "report" }))
        .await
        .success();
    complete(&ada, &task).await;
    let older = Assistant::with_revision("cli", &ada, HANDSHAKE_REVISIONS[0]).await;
    older.call("reopen_task", json!({ "task": id(&task) })).await.success();
    wait_for_trail(&ada, &format!("/api/audit/tasks/{}", id(&task)), 3).await;

    let history = older.call("get_task_history", json!({ "task": "report" })).await;

    let items = history.success()["items"].as_array().unwrap().clone();
    let who: Vec<_> = items
        .iter()
        .map(|item| [&item["event_type"], &item["data"]["actor"], &item["data"]["actor_name"]])
        .collect();
    let expected = [
        json!(["task.created", "agent", "Claude Desktop"]),
        json!(["task.completed", "user", null]),
        json!(["task.reopened", "agent", "cli"]),
    ];
    assert_eq!(json!(who), json!(expected));
    assert!(history.text().contains("Claude Desktop"), "{}", history.text());
}

#[tokio::test]
async fn a_repeated_call_with_its_key_gets_the_first_response() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    for (tool, arguments) in things.arguments() {
        if !["add_task", "create_recurring_task", "set_reminder"].contains(&tool) {
            continue;
        }
        let keyed = with(arguments.clone(), json!({ "idempotency_key": "k-1" }));
        let first = assistant.call(tool, keyed.clone()).await.success();
        let events = event_summaries(&app).await.len();

        assert_eq!(assistant.call(tool, keyed.clone()).await.success(), first, "{tool}");

        assert_eq!(event_summaries(&app).await.len(), events, "{tool}");
        let mut other = with(keyed, json!({ "idempotency_key": "k-2" }));
        assert_ne!(id(&assistant.call(tool, other.clone()).await.success()), id(&first), "{tool}");
        let member = if tool == "set_reminder" { "at" } else { "title" };
        other[member] = json!("2032-01-01T00:00:00Z");
        let events = event_summaries(&app).await.len();
        assert_eq!(
            assistant.call(tool, other).await.refusal("invalid").pointers(),
            ["/idempotency_key"],
            "{tool}"
        );
        assert_eq!(event_summaries(&app).await.len(), events, "{tool}");
    }
}

#[tokio::test]
async fn a_call_with_an_id_of_the_clients_choice_can_be_repeated() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    for (tool, arguments) in things.arguments() {
        if !["add_task", "create_recurring_task", "set_reminder"].contains(&tool) {
            continue;
        }
        let chosen = domain::Id::new(web::now_ms(), web::random()).to_string();
        let named = with(arguments, json!({ "id": chosen }));
        let first = assistant.call(tool, named.clone()).await.success();
        assert_eq!(id(&first), chosen, "{tool}");
        let events = event_summaries(&app).await.len();

        assert_eq!(assistant.call(tool, named.clone()).await.success(), first, "{tool}");
        let member = if tool == "set_reminder" { "at" } else { "title" };
        let other = with(named, json!({ member: "2032-01-01T00:00:00Z" }));
        assert_eq!(assistant.call(tool, other).await.refusal("invalid").pointers(), ["/id"], "{tool}");

        assert_eq!(event_summaries(&app).await.len(), events, "{tool}");
    }
}

#[tokio::test]
async fn a_response_is_replayed_for_a_day() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let add = async || {
        assistant.call("add_task", json!({ "title": "buy milk", "idempotency_key": "k" })).await.success()
    };
    let first = add().await;
    assistant.call("complete_task", json!({ "task": id(&first) })).await.success();

    assert_eq!(add().await, first);
    app.database.change("update app.answers set created_at = now() - interval '23 hours'").await;
    assert_eq!(add().await, first);
    app.database.change("update app.answers set created_at = now() - interval '25 hours'").await;
    assert_ne!(id(&add().await), id(&first));
}

#[tokio::test]
async fn an_idempotency_key_can_be_a_header_and_belongs_to_one_user() {
    let app = App::start().await;
    let (ada, bob) = (app.guest().await, app.guest().await);
    let add = async |person: &Person, title: &str| {
        let assistant = Assistant::of(person);
        assistant
            .tool("add_task", json!({ "title": title }))
            .header("idempotency-key", Some("key"))
            .call()
            .await
    };
    let first = add(&ada, "buy milk").await.success();

    assert_eq!(add(&ada, "buy milk").await.success(), first);
    add(&ada, "buy bread").await.refusal("invalid");
    assert_ne!(id(&add(&bob, "buy milk").await.success()), id(&first));

    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
    assert_eq!(bob.titles("/api/tasks").await, ["buy milk"]);
}

#[tokio::test]
async fn eight_concurrent_copies_of_a_call_create_one_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let add = || assistant.call("add_task", json!({ "title": "buy milk", "idempotency_key": "same" }));

    let all = join_all((0..8).map(|_| add())).await;

    let first = all[0].success();
    assert!(all.iter().all(|one| one.success() == first));
    assert_eq!(event_summaries(&app).await.len(), 1);
}
