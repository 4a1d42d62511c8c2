//! Reminders of the same minute are combined in a digest.

use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    LATER, app_without_sidecar, change_silently, changes, claim_and_deliver, claim_due, create_many,
    create_task, current_seq, deliver, make_all_overdue, notifications, notified_tasks, pending_events,
    reminders, task_of, tasks_in_order, tasks_of, text,
};

/// Returns the start of a minute in the past.
async fn past_minute(app: &App) -> String {
    let row = app
        .database
        .rows("select date_trunc('minute', now()) - interval '5 minutes' as minute")
        .await
        .remove(0);
    text(&row, "minute").to_owned()
}

/// Creates tasks with a reminder each, at an offset in seconds from the start of a minute.
async fn create_around(app: &App, person: &Person, minute: &str, tasks: &[(&str, i32)]) -> Vec<Value> {
    let mut all = Vec::new();
    for (title, seconds) in tasks {
        let task = create_task(person, json!({ "title": title, "reminders": [{ "at": LATER }] })).await;
        let reminder = reminders(person, &task).await.remove(0);
        let change = format!(
            "update app.reminders set remind_at = timestamptz '{minute}' + interval '{seconds} seconds'
              where id = '{}'",
            text(&reminder, "id")
        );
        change_silently(app, &change).await;
        all.push(reminder);
    }
    all
}

/// Returns the number of tasks in each notification, the oldest first.
fn task_counts(received: &[Value]) -> Vec<usize> {
    received.iter().rev().map(|one| tasks_of(one).len()).collect()
}

#[tokio::test]
async fn several_reminders_of_one_minute_become_one_digest() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let all = create_around(
        &app,
        &ada,
        &past_minute(&app).await,
        &[("call mom", 20), ("buy milk", 0), ("water plants", 59)],
    )
    .await;

    claim_and_deliver(&app).await;

    let [digest] = notifications(&ada).await.try_into().unwrap();
    let tasks: Vec<_> = [1, 0, 2].map(|place: usize| all[place]["task_id"].clone()).into();
    for (member, value) in [
        ("kind", json!("digest")),
        ("title", json!("buy milk and 2 more")),
        ("task_ids", json!(tasks)),
        ("task_id", Value::Null),
        ("due_date", Value::Null),
        ("url", json!("/notifications")),
        ("late", json!(true)),
        ("read_at", Value::Null),
    ] {
        assert_eq!(digest[member], value, "{member}: {digest}");
    }
    let states = app.database.rows("select distinct status, attempts from app.reminders").await;
    assert_eq!(states, [json!({ "status": "sent", "attempts": 1 })]);
    assert_eq!(pending_events(&app, "reminder.sent").await.len(), 3);
}

#[tokio::test]
async fn reminders_of_other_minutes_and_users_are_not_combined() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    create_around(
        &app,
        &ada,
        &past_minute(&app).await,
        &[("at the end of a minute", 59), ("at the beginning of the next", 60)],
    )
    .await;
    create_around(&app, &ben, &past_minute(&app).await, &[("of somebody else", 59)]).await;

    claim_and_deliver(&app).await;

    for (person, count) in [(&ada, 2), (&ben, 1)] {
        let received = notifications(person).await;
        assert_eq!(received.len(), count);
        assert!(received.iter().all(|one| one["kind"] == "reminder"), "{received:?}");
    }
}

#[tokio::test]
async fn a_later_reminder_of_the_minute_joins_an_unread_notification() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let minute = past_minute(&app).await;
    let come = async |title: &str, seconds| {
        create_around(&app, &ada, &minute, &[(title, seconds)]).await;
        claim_and_deliver(&app).await;
        notifications(&ada).await
    };

    let [first] = come("one", 0).await.try_into().unwrap();
    assert_eq!((text(&first, "kind"), text(&first, "title")), ("reminder", "one"));
    let before = current_seq(&ada).await;
    let [joined] = come("two", 10).await.try_into().unwrap();
    assert_eq!((&joined["id"], &joined["created_at"]), (&first["id"], &first["created_at"]));
    assert_eq!((text(&joined, "kind"), text(&joined, "title")), ("digest", "one and 1 more"));
    assert_eq!(changes(&ada, "notification", &before).await[0]["data"], joined);

    ada.post(&format!("/api/notifications/{}/read", text(&first, "id")), json!({})).await.expect(200);
    come("three", 20).await;
    let [new, read] = come("four", 30).await.try_into().unwrap();
    assert_eq!(read["task_ids"], joined["task_ids"]);
    assert_eq!((text(&new, "title"), &new["read_at"]), ("three and 1 more", &Value::Null));
}

#[tokio::test]
async fn a_digest_has_at_most_ten_tasks() {
    let app = app_without_sidecar().await;
    for (count, expected) in [(10, vec![10]), (11, vec![10, 1]), (23, vec![10, 10, 3])] {
        let ada = app.guest().await;
        create_many(&app, &ada, count).await;
        let minute = "update app.reminders set remind_at = date_trunc('minute', now()) - interval '5 minutes'
                                                           + ltrim(title, 'number ')::int * interval '1 second'
                        from app.tasks where tasks.id = task_id and reminders.status = 'pending'";
        change_silently(&app, minute).await;

        claim_and_deliver(&app).await;

        assert_eq!(task_counts(&notifications(&ada).await), expected);
        assert_eq!(notified_tasks(&ada).await, tasks_in_order(&app, &ada).await);
    }
}

#[tokio::test]
async fn digests_are_the_same_for_single_and_bulk_deliveries() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    create_many(&app, &ada, 23).await;
    make_all_overdue(&app, "5 minutes").await;
    claim_due(&app).await;

    for event in pending_events(&app, "reminder.due").await {
        assert_eq!(deliver(&app, &[event]).await, ["SUCCESS"]);
    }

    assert_eq!(task_counts(&notifications(&ada).await), [10, 10, 3]);
    assert_eq!(notified_tasks(&ada).await, tasks_in_order(&app, &ada).await);
}

#[tokio::test]
async fn two_reminders_of_one_task_in_one_minute_list_it_once() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task =
        create_task(&ada, json!({ "title": "call mom", "reminders": [{ "at": LATER }, { "at": LATER }] }))
            .await;
    make_all_overdue(&app, "5 minutes").await;

    claim_and_deliver(&app).await;

    let [received] = notifications(&ada).await.try_into().unwrap();
    assert_eq!(tasks_of(&received), [json!(task.trim_start_matches("/api/tasks/"))]);
    let states = app.database.rows("select status, count(*) as n from app.reminders group by 1").await;
    assert_eq!(states, [json!({ "status": "sent", "n": 2 })]);
}

#[tokio::test]
async fn a_task_completed_by_then_is_not_in_the_digest() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let all =
        create_around(&app, &ada, &past_minute(&app).await, &[("one", 0), ("two", 10), ("three", 20)]).await;
    claim_due(&app).await;
    ada.post(&format!("{}/complete", task_of(&all[0])), json!({})).await.expect(200);

    claim_and_deliver(&app).await;

    let [digest] = notifications(&ada).await.try_into().unwrap();
    assert_eq!(text(&digest, "title"), "two and 1 more");
    assert_eq!(digest["task_ids"], json!([all[1]["task_id"], all[2]["task_id"]]));
}

#[tokio::test]
async fn a_later_reminder_of_the_minute_does_not_join_a_notification_of_a_completed_task() {
    let app = app_without_sidecar().await;
    let minute = past_minute(&app).await;
    for step in ["delete", "complete"] {
        let ada = app.guest().await;
        let first = create_around(&app, &ada, &minute, &[("one", 0)]).await.remove(0);
        claim_and_deliver(&app).await;
        let [received] = notifications(&ada).await.try_into().unwrap();
        let task = task_of(&first);
        match step {
            "delete" => drop(ada.delete(&task).await.expect(204)),
            _ => drop(ada.post(&format!("{task}/complete"), json!({})).await.expect(200)),
        }
        let second = create_around(&app, &ada, &minute, &[("two", 10)]).await.remove(0);

        claim_and_deliver(&app).await;

        let all = notifications(&ada).await;
        assert_eq!(all.len(), 2, "{step}: {all:?}");
        assert_eq!((text(&all[0], "kind"), text(&all[0], "title")), ("reminder", "two"), "{step}");
        assert_eq!(tasks_of(&all[0]), [second["task_id"].clone()], "{step}");
        assert_eq!(all[1], received, "{step}");
    }
}

#[tokio::test]
async fn a_digest_forgets_the_tasks_that_are_purged() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let minute = past_minute(&app).await;
    let all = create_around(&app, &ada, &minute, &[("one", 0), ("two", 10), ("three", 20)]).await;
    claim_and_deliver(&app).await;
    let [digest] = notifications(&ada).await.try_into().unwrap();
    let purge = async |reminder: &Value| {
        let since = current_seq(&ada).await;
        ada.delete(&format!("{}?permanent=true", task_of(reminder))).await.expect(204);
        changes(&ada, "notification", &since).await.remove(0)
    };

    let two = purge(&all[0]).await["data"].clone();
    let one = purge(&all[2]).await["data"].clone();
    let none = purge(&all[1]).await;

    assert_eq!((&two["id"], &one["id"], &none["id"]), (&digest["id"], &digest["id"], &digest["id"]));
    assert_eq!((text(&two, "kind"), text(&two, "title")), ("digest", "two and 1 more"));
    assert_eq!(two["task_ids"], json!([all[1]["task_id"], all[2]["task_id"]]));
    assert_eq!((text(&one, "kind"), text(&one, "title")), ("reminder", "two"));
    assert_eq!(one["task_id"], all[1]["task_id"]);
    assert_eq!((&none["deleted"], &none["data"]), (&json!(true), &Value::Null));
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);
}
