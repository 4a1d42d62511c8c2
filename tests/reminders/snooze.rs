use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    LATER, app_without_sidecar, claim_and_deliver, create_due, create_task, make_overdue, notifications,
    path_of, reload, reminders, text, upcoming,
};

async fn snooze(person: &Person, reminder: &Value, body: Value) -> Value {
    person.post(&format!("{}/snooze", path_of(reminder)), body).await.expect(200).json()
}

/// Creates a reminder one hour before its task is due.
async fn create_hour_before(person: &Person) -> Value {
    let task = create_task(
        person,
        json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    reminders(person, &task).await.remove(0)
}

#[tokio::test]
async fn a_reminder_is_snoozed_for_a_duration_or_until_a_time() {
    let app = App::start().await;
    let ada = app.guest().await;
    let reminder = create_hour_before(&ada).await;

    for (time, minutes) in [("1m", 1), ("10m", 10), ("2h", 120), ("1d", 1440), ("1w", 10080)] {
        let put_off = snooze(&ada, &reminder, json!({ "for": time })).await;
        let left =
            "select round(extract(epoch from remind_at - now()) / 60)::int as minutes from app.reminders";
        assert_eq!(app.database.rows(left).await, [json!({ "minutes": minutes })], "{time}");
        assert_eq!(reload(&ada, &reminder).await, put_off);
    }
    let until = snooze(&ada, &reminder, json!({ "until": "2031-04-02T18:00:00+01:00" })).await;

    let mut expected = reminder;
    expected["remind_at"] = json!(LATER);
    assert_eq!(until, expected, "everything else is unchanged");
}

#[tokio::test]
async fn until_tomorrow_means_nine_o_clock_in_the_users_time_zone() {
    let app = App::start().await;
    for timezone in ["UTC", "America/New_York", "Pacific/Kiritimati"] {
        let ada = app.guest_in(timezone).await;
        let reminder = create_hour_before(&ada).await;
        let tomorrow = format!(
            "select ((now() at time zone '{timezone}')::date + 1 + time '09:00')
                    at time zone '{timezone}' as nine"
        );
        let before = app.database.rows(&tomorrow).await;

        let until = snooze(&ada, &reminder, json!({ "until": "tomorrow" })).await;

        // Midnight may have passed in between.
        let nine = [before, app.database.rows(&tomorrow).await].concat();
        assert!(nine.iter().any(|row| row["nine"] == until["remind_at"]), "{timezone}: {until}, {nine:?}");
    }
}

#[tokio::test]
async fn a_sent_reminder_is_sent_again_after_a_snooze() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminder = create_due(&app, &ada, "call mom", "5 minutes").await;
    claim_and_deliver(&app).await;
    assert_eq!(reload(&ada, &reminder).await["status"], "sent");
    assert_eq!(upcoming(&ada).await, [] as [Value; 0]);

    let pending = snooze(&ada, &reminder, json!({ "for": "10m" })).await;

    assert_eq!((text(&pending, "status"), text(&pending, "at")), ("pending", LATER));
    assert_eq!(upcoming(&ada).await, [pending]);
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 1, "its time has not come");
    make_overdue(&app, &reminder, "1 second").await;
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 2);
    assert_eq!(reload(&ada, &reminder).await["status"], "sent");
}

#[tokio::test]
async fn a_reminder_snoozed_twice_is_sent_at_the_last_time_only() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminder = create_due(&app, &ada, "call mom", "5 minutes").await;
    for time in ["10m", "20m"] {
        snooze(&ada, &reminder, json!({ "for": time })).await;
    }
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);

    make_overdue(&app, &reminder, "1 second").await;
    claim_and_deliver(&app).await;

    assert_eq!(notifications(&ada).await.len(), 1);
}
