//! Completed and deleted tasks send no reminders.

use serde_json::{Value, json};
use tests::Person;

use super::{
    LATER, app_without_sidecar, change_silently, claim_and_deliver, claim_due, create_due, create_reminder,
    create_task, events_about, make_overdue, notifications, path_of, pending_events, reload, reminders,
    task_of, text, upcoming,
};

/// Completes, reopens, deletes or restores a task.
async fn apply_step(person: &Person, task: &str, step: &str) {
    match step {
        "delete" => person.delete(task).await.expect(204),
        _ => person.post(&format!("{task}/{step}"), json!({})).await.expect(200),
    };
}

#[tokio::test]
async fn a_completed_or_deleted_task_sends_no_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;

    for step in ["complete", "delete"] {
        let reminder = create_due(&app, &ada, step, "1 second").await;
        apply_step(&ada, &task_of(&reminder), step).await;
        let cancelled = events_about(pending_events(&app, "reminder.cancelled").await, &reminder);
        assert_eq!(cancelled.len(), 1, "{step}");
        assert_eq!(cancelled[0]["data"]["after"]["status"], "cancelled", "{step}");
    }
    let statuses = app.database.rows("select distinct status from app.reminders").await;
    assert_eq!(statuses, [json!({ "status": "cancelled" })]);
    assert_eq!(upcoming(&ada).await, [] as [Value; 0]);
    claim_due(&app).await;
    assert_eq!(pending_events(&app, "reminder.due").await, [] as [Value; 0]);
}

#[tokio::test]
async fn reopening_or_restoring_a_task_restores_its_future_reminders() {
    let app = app_without_sidecar().await;
    for (step, back) in [("complete", "reopen"), ("delete", "restore")] {
        let ada = app.guest().await;
        let sent = create_due(&app, &ada, step, "3 minutes").await;
        claim_and_deliver(&app).await;
        let task = task_of(&sent);
        let to_come = create_reminder(&ada, &task, json!({ "at": LATER })).await;
        let missed = create_reminder(&ada, &task, json!({ "at": "2031-04-03T17:00:00Z" })).await;
        apply_step(&ada, &task, step).await;
        make_overdue(&app, &missed, "1 second").await;

        apply_step(&ada, &task, back).await;

        assert_eq!(reload(&ada, &sent).await["status"], "sent", "{back}");
        assert_eq!(reload(&ada, &to_come).await, to_come, "{back}");
        assert_eq!(reload(&ada, &missed).await["status"], "cancelled", "{back}");
        claim_and_deliver(&app).await;
        assert_eq!(notifications(&ada).await.len(), 1, "{back}: nothing else is due");
        make_overdue(&app, &to_come, "1 second").await;
        claim_and_deliver(&app).await;
        assert_eq!(notifications(&ada).await.len(), 2, "{back}");
    }
}

#[tokio::test]
async fn reminders_of_a_completed_task_move_with_it_and_wait_for_it_to_be_reopened() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task =
        create_task(&ada, json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] }))
            .await;
    apply_step(&ada, &task, "complete").await;

    ada.patch(&task, json!({ "due_date": "2032-01-01T00:00:00Z" })).await.expect(200);
    assert_eq!(reminders(&ada, &task).await[0]["status"], "cancelled");
    apply_step(&ada, &task, "reopen").await;

    let reminder = reminders(&ada, &task).await.remove(0);
    assert_eq!(
        (text(&reminder, "status"), text(&reminder, "remind_at")),
        ("pending", "2031-12-31T23:00:00+00:00")
    );
}

#[tokio::test]
async fn reminders_of_completed_and_deleted_tasks_cannot_be_added_or_snoozed() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (step, status) in [("complete", 409), ("delete", 404)] {
        let task = create_task(&ada, json!({ "title": step, "reminders": [{ "at": LATER }] })).await;
        let reminder = reminders(&ada, &task).await.remove(0);
        apply_step(&ada, &task, step).await;
        let state = "select status, remind_at, seq from app.reminders order by id";
        let before = app.database.rows(state).await;

        ada.post(&format!("{task}/reminders"), json!({ "at": LATER })).await.problem(status);
        ada.post(&format!("{}/snooze", path_of(&reminder)), json!({ "for": "10m" })).await.problem(status);

        assert_eq!(app.database.rows(state).await, before, "{step}");
    }
    let trashed = ada.get("/api/tasks?deleted=true").await.json()["items"][0]["id"].clone();
    ada.get(&format!("/api/tasks/{}/reminders", trashed.as_str().unwrap())).await.problem(404);
}

#[tokio::test]
async fn a_reminder_cancelled_in_flight_stays_cancelled_if_its_task_is_reopened_too_late() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminder = create_due(&app, &ada, "call mom", "1 second").await;
    claim_due(&app).await;
    apply_step(&ada, &task_of(&reminder), "complete").await;
    apply_step(&ada, &task_of(&reminder), "reopen").await;

    claim_and_deliver(&app).await;
    change_silently(&app, "update app.reminders set claimed_until = now() - interval '1 second'").await;
    claim_and_deliver(&app).await;

    assert_eq!(notifications(&ada).await, [] as [Value; 0]);
    assert_eq!(reload(&ada, &reminder).await["status"], "cancelled");
}

#[tokio::test]
async fn a_sent_reminder_stays_sent_if_its_completed_task_is_postponed() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for due_date in [json!("2032-01-01T00:00:00Z"), json!("2031-04-02T17:30:00Z"), Value::Null] {
        let given = json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] });
        let task = create_task(&ada, given).await;
        make_overdue(&app, &reminders(&ada, &task).await[0], "10 minutes").await;
        claim_and_deliver(&app).await;
        apply_step(&ada, &task, "complete").await;
        let sent = reminders(&ada, &task).await;
        assert_eq!((&sent[0]["status"], &sent[0]["attempts"]), (&json!("sent"), &json!(1)));

        ada.patch(&task, json!({ "due_date": due_date })).await.expect(200);

        assert_eq!(reminders(&ada, &task).await, sent, "{due_date}");
    }
}
