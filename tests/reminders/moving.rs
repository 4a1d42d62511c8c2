use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    LATER, app_without_sidecar, changes, claim_and_deliver, claim_due, create_reminder, create_task,
    current_seq, events_about, in_ms, make_overdue, notifications, pending_events, reload, reminders, text,
    upcoming,
};

/// Returns the times of a task's reminders, in order.
async fn reminder_times(person: &Person, task: &str) -> Vec<Value> {
    reminders(person, task).await.iter().map(|one| one["remind_at"].clone()).collect()
}

/// Creates a task with a reminder one hour before, and returns both.
async fn create_hour_before(person: &Person) -> (String, Value) {
    let task = create_task(
        person,
        json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    let reminder = reminders(person, &task).await.remove(0);
    (task, reminder)
}

#[tokio::test]
async fn relative_reminders_move_with_the_due_date_and_absolute_ones_stay() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given = json!([{ "before": "1h" }, { "before": "1d" }, { "at": "2031-04-02T12:00:00Z" }]);
    let task = create_task(&ada, json!({ "title": "report", "due_date": LATER, "reminders": given })).await;
    let stays = json!("2031-04-02T12:00:00+00:00");

    ada.patch(&task, json!({ "due_date": "2031-05-02T17:00:00Z" })).await.expect(200);
    let expected = [stays.clone(), json!("2031-05-01T17:00:00+00:00"), json!("2031-05-02T16:00:00+00:00")];
    assert_eq!(reminder_times(&ada, &task).await, expected);

    ada.patch(&format!("{task}/due-date"), json!({ "due_date": "2031-03-02" })).await.expect(200);
    let expected = [json!("2031-03-01T23:59:00+00:00"), json!("2031-03-02T22:59:00+00:00"), stays];
    assert_eq!(reminder_times(&ada, &task).await, expected);
}

#[tokio::test]
async fn reminders_of_all_day_tasks_follow_their_user_to_another_time_zone() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    let task = create_task(
        &ada,
        json!({ "title": "taxes", "due_date": "2031-04-15", "reminders": [{ "before": "1h" }] }),
    )
    .await;
    assert_eq!(reminder_times(&ada, &task).await, ["2031-04-16T02:59:00+00:00"]);

    ada.patch("/api/auth/me", json!({ "timezone": "Europe/Berlin" })).await.expect(200);

    assert_eq!(reminder_times(&ada, &task).await, ["2031-04-15T20:59:00+00:00"]);
}

#[tokio::test]
async fn a_conflicting_write_moves_no_reminder() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (task, reminder) = create_hour_before(&ada).await;

    let lost = ada
        .call("PATCH", &task)
        .header("if-match", "\"7\"")
        .json(&json!({ "due_date": "2032-01-01" }))
        .send();
    lost.await.problem(412);

    assert_eq!(reload(&ada, &reminder).await, reminder);
}

#[tokio::test]
async fn removing_the_due_date_cancels_relative_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (task, relative) = create_hour_before(&ada).await;
    let absolute = create_reminder(&ada, &task, json!({ "at": LATER })).await;

    ada.patch(&task, json!({ "due_date": null })).await.expect(200);

    let cancelled = reload(&ada, &relative).await;
    assert_eq!((&cancelled["status"], &cancelled["remind_at"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(cancelled["before"], "1h");
    assert_eq!(reload(&ada, &absolute).await, absolute);
    assert_eq!(upcoming(&ada).await, [absolute]);
    let events = events_about(pending_events(&app, "reminder.cancelled").await, &relative);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["data"]["after"], cancelled);
}

#[tokio::test]
async fn a_sent_reminder_is_sent_again_after_its_task_is_postponed() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (task, relative) = create_hour_before(&ada).await;
    let absolute = create_reminder(&ada, &task, json!({ "at": LATER })).await;
    make_overdue(&app, &relative, "10 minutes").await;
    make_overdue(&app, &absolute, "20 minutes").await;
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 2);

    ada.patch(&task, json!({ "due_date": "2032-01-01T00:00:00Z" })).await.expect(200);

    let again = reload(&ada, &relative).await;
    assert_eq!((text(&again, "status"), text(&again, "remind_at")), ("pending", "2031-12-31T23:00:00+00:00"));
    assert_eq!(reload(&ada, &absolute).await["status"], "sent");
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 2, "its time has not come");
    make_overdue(&app, &relative, "1 second").await;
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 3);
}

#[tokio::test]
async fn a_sent_reminder_is_not_sent_again_for_a_time_in_the_past() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (task, reminder) = create_hour_before(&ada).await;
    make_overdue(&app, &reminder, "10 minutes").await;
    claim_and_deliver(&app).await;

    ada.patch(&task, json!({ "due_date": in_ms(30 * 60_000) })).await.expect(200);
    claim_and_deliver(&app).await;

    assert_eq!(reload(&ada, &reminder).await["status"], "sent");
    assert_eq!(notifications(&ada).await.len(), 1);
}

#[tokio::test]
async fn a_lead_time_that_has_passed_before_the_due_date_reminds_now() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let due_date = in_ms(30 * 60_000);
    let made = create_task(
        &ada,
        json!({ "title": "soon", "due_date": due_date, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    let (moved, _) = create_hour_before(&ben).await;
    ben.patch(&moved, json!({ "due_date": due_date })).await.expect(200);
    assert_eq!(reminders(&ada, &made).await[0]["status"], "pending");
    assert_eq!(reminders(&ben, &moved).await[0]["status"], "pending");

    claim_and_deliver(&app).await;

    for person in [&ada, &ben] {
        let received = notifications(person).await;
        assert_eq!(received.len(), 1, "{received:?}");
    }
}

#[tokio::test]
async fn a_task_that_is_already_due_cancels_its_relative_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (task, reminder) = create_hour_before(&ada).await;

    ada.patch(&task, json!({ "due_date": "2020-01-01T00:00:00Z", "allow_past": true })).await.expect(200);

    assert_eq!(reload(&ada, &reminder).await["status"], "cancelled");
    claim_due(&app).await;
    assert_eq!(pending_events(&app, "reminder.due").await, [] as [Value; 0]);
}

#[tokio::test]
async fn changed_reminders_of_a_series_keep_matching_ones_of_its_open_task() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let before = |all: &[&str]| all.iter().map(|before| json!({ "before": before })).collect::<Value>();
    let rule = json!({ "title": "report", "frequency": "daily", "start_date": LATER,
                       "reminders": before(&["1d", "1h"]) });
    let made = ada.post("/api/recurring-tasks", rule).await.expect(201);
    let series = made.header("location");
    let task =
        format!("/api/tasks/{}", text(&ada.get("/api/tasks").await.expect(200).json()["items"][0], "id"));
    make_overdue(&app, &reminders(&ada, &task).await[0], "1 second").await;
    claim_and_deliver(&app).await;
    let [day, hour] = reminders(&ada, &task).await.try_into().unwrap();
    assert_eq!(
        (text(&day, "before"), text(&day, "status"), text(&hour, "status")),
        ("1d", "sent", "pending")
    );
    let since = current_seq(&ada).await;

    ada.patch(series, json!({ "reminders": before(&["1h", "1d"]) })).await.expect(200);
    assert_eq!(reminders(&ada, &task).await, [day.clone(), hour.clone()]);
    assert_eq!(changes(&ada, "reminder", &since).await, [] as [Value; 0]);

    ada.patch(series, json!({ "reminders": before(&["15m", "1d"]) })).await.expect(200);
    let [stays, added] = reminders(&ada, &task).await.try_into().unwrap();
    assert_eq!(stays, day);
    assert_eq!((text(&added, "before"), text(&added, "status")), ("15m", "pending"));
    let news = changes(&ada, "reminder", &since).await;
    let mut ids: Vec<_> =
        news.iter().map(|change| (change["deleted"] == true, change["id"].clone())).collect();
    ids.sort_by_key(|(deleted, _)| *deleted);
    assert_eq!(ids, [(false, added["id"].clone()), (true, hour["id"].clone())]);
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 1, "no second notification");
}
