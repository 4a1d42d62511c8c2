use serde_json::{Value, json};
use tests::App;

use super::api;
use crate::mcp::assistant::Assistant;
use crate::mcp::{Things, create_task, id, path, with};

#[tokio::test]
async fn a_reminder_is_at_a_time_or_before_its_task_is_due() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "call mom", "due_date": "2031-04-02T17:00:00Z" })).await;
    let assistant = Assistant::of(&ada);
    let set = async |when: Value| {
        assistant.call("set_reminder", with(json!({ "task": id(&task) }), when)).await.success()
    };

    let at = set(json!({ "at": "2031-04-02T17:30:00+02:00" })).await;
    let before = set(json!({ "before": "15m" })).await;

    assert_eq!((&at["at"], &at["before"]), (&json!("2031-04-02T15:30:00+00:00"), &Value::Null));
    assert_eq!(
        (&before["before"], &before["remind_at"]),
        (&json!("15m"), &json!("2031-04-02T16:45:00+00:00"))
    );
    assert_eq!(before["task_id"], task["id"]);
    let all = api(&ada, &format!("{}/reminders", path(&task))).await;
    assert_eq!(all["items"], json!([at, before]));
}

#[tokio::test]
async fn a_reminder_in_the_past_is_reported_as_cancelled() {
    let app = App::start().await;
    let ada = app.guest().await;
    let late = json!({ "title": "call mom", "due_date": "2020-01-01T00:00:00Z", "allow_past": true });
    let task = create_task(&ada, late).await;

    let outcome =
        Assistant::of(&ada).call("set_reminder", json!({ "task": id(&task), "before": "1h" })).await;

    assert_eq!(outcome.success()["status"], "cancelled");
    assert!(outcome.text().starts_with("This reminder will not be sent"), "{}", outcome.text());
}

#[tokio::test]
async fn a_relative_reminder_needs_a_due_date() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "whenever" })).await;

    let refused =
        Assistant::of(&ada).call("set_reminder", json!({ "task": id(&task), "before": "1h" })).await;

    assert_eq!(refused.refusal("invalid").pointers(), ["/before"]);
    assert_eq!(api(&ada, "/api/reminders").await["items"], json!([]));
}

#[tokio::test]
async fn reminders_are_listed_as_the_api_lists_them() {
    let app = App::start().await;
    let ada = app.guest().await;
    let times = |days: [u8; 2]| days.map(|day| json!({ "at": format!("2031-01-0{day}T00:00:00Z") }));
    let one = create_task(&ada, json!({ "title": "one", "reminders": times([4, 1]) })).await;
    create_task(&ada, json!({ "title": "two", "reminders": times([2, 3]) })).await;
    let assistant = Assistant::of(&ada);

    let all = assistant.call("list_reminders", json!({})).await.success();
    assert_eq!(all, api(&ada, "/api/reminders").await);
    let first = assistant.call("list_reminders", json!({ "limit": 3 })).await.success();
    let rest = assistant
        .call("list_reminders", json!({ "limit": 3, "cursor": first["next_cursor"] }))
        .await
        .success();
    assert_eq!((first["items"].as_array().map(Vec::len), &rest["items"][0]), (Some(3), &all["items"][3]));
    for task in [id(&one), "one"] {
        let of_task = assistant.call("list_reminders", json!({ "task": task })).await.success();
        assert_eq!(of_task["items"], api(&ada, &format!("{}/reminders", path(&one))).await["items"]);
        assert_eq!(of_task["next_cursor"], Value::Null);
    }
}

#[tokio::test]
async fn a_cancelled_reminder_is_deleted() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    let cancel = json!({ "reminder": id(&things.reminder), "confirm": true });

    let cancelled = assistant.call("cancel_reminder", cancel.clone()).await.success();

    assert_eq!((&cancelled["cancelled"], &cancelled["needs_confirmation"]), (&json!(true), &json!(false)));
    assert_eq!(
        (id(&cancelled["reminder"]), &cancelled["reminder"]["task_id"]),
        (id(&things.reminder), &things.task["id"])
    );
    assert_eq!(api(&ada, "/api/reminders").await["items"], json!([]));
    assistant.call("cancel_reminder", cancel).await.refusal("not_found");
}

#[tokio::test]
async fn a_reminder_cannot_be_referenced_by_words() {
    let app = App::start().await;
    let ada = app.guest().await;
    Things::of(&ada).await;
    for words in ["call mom", "1h", "nonsense"] {
        let refused = Assistant::of(&ada)
            .call("cancel_reminder", json!({ "reminder": words, "confirm": true }))
            .await
            .refusal("invalid");
        assert_eq!(refused.pointers(), ["/reminder"], "{words}");
    }
    assert_eq!(api(&ada, "/api/reminders").await["items"].as_array().map(Vec::len), Some(1));
}
