use serde_json::{Value, json};
use tests::App;

use super::api;
use crate::mcp::assistant::Assistant;
use crate::mcp::{Things, complete, create_task, date_in, id, path, reload, with};

#[tokio::test]
async fn a_task_is_added_with_all_arguments() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given = json!({
        "title": "  call mom 👋 ", "description": "line one\nline two", "priority": "HIGH",
        "tags": [" family ", "phone", "family"], "due_date": "2031-04-02T17:00:00+02:00",
        "reminders": [{ "before": "1h" }],
    });

    let task = Assistant::of(&ada).call("add_task", given).await.success();

    for (member, value) in [
        ("title", json!("call mom 👋")),
        ("description", json!("line one\nline two")),
        ("priority", json!("high")),
        ("tags", json!(["family", "phone"])),
        ("due_date", json!("2031-04-02T15:00:00+00:00")),
        ("all_day", json!(false)),
        ("status", json!("active")),
    ] {
        assert_eq!(task[member], value, "{member}");
    }
    assert_eq!(reload(&ada, &task).await, task);
    let reminders = api(&ada, &format!("{}/reminders", path(&task))).await;
    assert_eq!(reminders["items"][0]["remind_at"], "2031-04-02T14:00:00+00:00");
}

#[tokio::test]
async fn a_title_is_enough_and_null_means_omitted() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let nothing = json!({
        "title": "buy milk", "description": null, "priority": null, "tags": null, "due_date": null,
        "allow_past": null,
        "reminders": null, "recurrence": null,
    });

    for given in [json!({ "title": "buy milk" }), nothing] {
        let task = assistant.call("add_task", given).await.success();
        assert_eq!(
            (&task["priority"], &task["due_date"], &task["tags"]),
            (&json!("medium"), &Value::Null, &json!([]))
        );
        assert_eq!(reload(&ada, &task).await, task);
    }
}

#[tokio::test]
async fn a_task_is_added_with_its_recurrence() {
    let app = App::start().await;
    let ada = app.guest().await;
    let monthly = json!({ "frequency": "monthly" });
    let given = json!({ "title": "pay the rent", "due_date": "2031-01-31T09:00:00Z", "recurrence": monthly });

    let task = Assistant::of(&ada).call("add_task", given).await.success();

    assert_eq!(reload(&ada, &task).await, task);
    let series =
        api(&ada, &format!("/api/recurring-tasks/{}", task["recurring_task_id"].as_str().unwrap())).await;
    assert_eq!((&series["title"], &series["frequency"]), (&json!("pay the rent"), &json!("monthly")));
}

#[tokio::test]
async fn a_due_date_in_the_past_needs_allow_past() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let task = create_task(&ada, json!({ "title": "report" })).await;
    let yesterday = date_in(&app, "UTC", -1).await;
    for (tool, arguments) in [
        ("add_task", json!({ "title": "x", "due_date": yesterday })),
        ("update_task", json!({ "task": id(&task), "due_date": yesterday })),
        ("set_task_due_date", json!({ "task": id(&task), "due_date": yesterday })),
    ] {
        let refused = assistant.call(tool, arguments.clone()).await.refusal("invalid");
        assert_eq!(refused.pointers(), ["/due_date"], "{tool}");
        assert!(refused.text.contains("allow_past"), "{tool}: {}", refused.text);
        let made = assistant.call(tool, with(arguments, json!({ "allow_past": true }))).await.success();
        assert_eq!(&made["due_date"].as_str().unwrap()[..10], yesterday, "{tool}");
        ada.patch(&path(&task), json!({ "due_date": null })).await.expect(200);
    }
}

#[tokio::test]
async fn a_task_is_returned_as_in_the_api() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);

    assert_eq!(assistant.call("get_task", json!({ "task": id(&things.task) })).await.success(), things.task);
    let done = complete(&ada, &things.task).await;
    assert_eq!(assistant.call("get_task", json!({ "task": id(&things.task) })).await.success(), done);
}

#[tokio::test]
async fn completing_reports_the_next_occurrence_and_can_be_repeated() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let occurrence = api(&ada, "/api/tasks?search=water").await["items"][0].clone();
    let assistant = Assistant::of(&ada);
    for task in [things.task, occurrence] {
        let done = assistant.call("complete_task", json!({ "task": id(&task) })).await.success();

        let by_http = ada.post(&format!("{}/complete", path(&task)), json!({})).await.expect(200).json();
        assert_eq!(done, by_http);
        assert_eq!(done["next_occurrence"].is_null(), task["recurring_task_id"].is_null());
        assert_eq!(assistant.call("complete_task", json!({ "task": id(&task) })).await.success(), done);
        assert_eq!(reload(&ada, &task).await["status"], "completed");
    }
}

#[tokio::test]
async fn a_completed_task_can_be_reopened() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report" })).await;
    complete(&ada, &task).await;
    let reopen =
        async || Assistant::of(&ada).call("reopen_task", json!({ "task": id(&task) })).await.success();

    let open = reopen().await;

    assert_eq!((&open["status"], &open["completed_at"]), (&json!("active"), &Value::Null));
    assert_eq!(reload(&ada, &task).await, open);
    assert_eq!(reopen().await, open, "again: unchanged");
}

#[tokio::test]
async fn a_task_in_the_trash_is_not_found() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    ada.delete(&path(&things.task)).await.expect(204);
    for (tool, arguments) in things.arguments() {
        let looks_back = ["delete_task", "get_task_history"].contains(&tool);
        if arguments.get("task").is_some() && !looks_back {
            Assistant::of(&ada).call(tool, arguments).await.refusal("not_found");
        }
    }
    assert_eq!(api(&ada, "/api/tasks?deleted=true").await["items"][0]["title"], "call mom");
}
