//! Events lead to one notification, however often they are delivered and whatever has changed since.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    EVENTS, LATER, app_without_sidecar, change_silently, claim_and_deliver, claim_due, create_due,
    create_task, deliver, due_events, events_about, make_overdue, notifications, path_of, pending_events,
    reload, reminders, task_of, text,
};

/// Creates a reminder whose event is published but not delivered, and returns both.
async fn publish_due(app: &App, person: &Person, title: &str) -> (Value, Value) {
    let reminder = create_due(app, person, title, "1 second").await;
    claim_due(app).await;
    let [event] = due_events(app, &reminder, 1).await.try_into().unwrap();
    (reminder, event)
}

async fn snooze(person: &Person, reminder: &Value) {
    person.post(&format!("{}/snooze", path_of(reminder)), json!({ "for": "10m" })).await.expect(200);
}

#[tokio::test]
async fn an_event_delivered_twenty_times_notifies_once() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (reminder, event) = publish_due(&app, &ada, "call mom").await;

    for response in join_all((0..20).map(|_| app.as_dapr(EVENTS).json(&event).send())).await {
        assert_eq!(response.expect(200).json(), json!({ "status": "SUCCESS" }));
    }
    assert_eq!(deliver(&app, &[event.clone(), event]).await, ["SUCCESS", "SUCCESS"]);

    assert_eq!(notifications(&ada).await.len(), 1);
    let sent = reload(&ada, &reminder).await;
    assert_eq!((&sent["status"], &sent["attempts"]), (&json!("sent"), &json!(1)));
    assert!(text(&sent, "sent_at") > text(&sent, "remind_at"), "{sent}");
    assert_eq!(pending_events(&app, "reminder.sent").await.len(), 1);
}

#[tokio::test]
async fn a_notification_reflects_changes_since_its_event() {
    let app = app_without_sidecar().await;
    for step in ["complete", "delete", "delete for good", "cancel", "snooze"] {
        let ada = app.guest().await;
        let (reminder, event) = publish_due(&app, &ada, step).await;
        let task = task_of(&reminder);
        match step {
            "complete" => drop(ada.post(&format!("{task}/complete"), json!({})).await.expect(200)),
            "delete" => drop(ada.delete(&task).await.expect(204)),
            "delete for good" => drop(ada.delete(&format!("{task}?permanent=true")).await.expect(204)),
            "cancel" => drop(ada.delete(&path_of(&reminder)).await.expect(204)),
            _ => snooze(&ada, &reminder).await,
        }

        assert_eq!(deliver(&app, &[event]).await, ["SUCCESS"], "{step}");

        assert_eq!(notifications(&ada).await, [] as [Value; 0], "{step}");
        assert_eq!(
            events_about(pending_events(&app, "reminder.sent").await, &reminder),
            [] as [Value; 0],
            "{step}"
        );
    }
}

#[tokio::test]
async fn a_reminder_in_flight_when_its_task_is_postponed_is_sent_at_the_new_time_only() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task =
        create_task(&ada, json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] }))
            .await;
    let reminder = reminders(&ada, &task).await.remove(0);
    make_overdue(&app, &reminder, "5 minutes").await;
    claim_due(&app).await;
    ada.patch(&task, json!({ "due_date": "2032-01-01T00:00:00Z" })).await.expect(200);

    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);
    assert_eq!(reload(&ada, &reminder).await["status"], "pending");

    make_overdue(&app, &reminder, "1 second").await;
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 1);
}

#[tokio::test]
async fn an_event_from_before_a_snooze_has_no_effect() {
    let app = app_without_sidecar().await;
    for is_first in [true, false] {
        let ada = app.guest().await;
        let (reminder, old) = publish_due(&app, &ada, "call mom").await;
        snooze(&ada, &reminder).await;
        assert_eq!(deliver(&app, std::slice::from_ref(&old)).await, ["SUCCESS"]);
        assert_eq!(reload(&ada, &reminder).await["status"], "pending");
        make_overdue(&app, &reminder, "1 second").await;
        claim_due(&app).await;
        let [_, new] = due_events(&app, &reminder, 2).await.try_into().unwrap();

        let both = if is_first { [old, new] } else { [new, old] };
        assert_eq!(deliver(&app, &both).await, ["SUCCESS", "SUCCESS"]);

        assert_eq!(notifications(&ada).await.len(), 1);
    }
}

#[tokio::test]
async fn an_event_of_a_deleted_user_is_consumed_and_others_are_notified() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let (gone, first) = publish_due(&app, &ada, "of nobody").await;
    let (_, second) = publish_due(&app, &ben, "call mom").await;
    change_silently(&app, &format!("delete from app.users where id = '{}'", ada.id())).await;

    assert_eq!(deliver(&app, &[first, second]).await, ["SUCCESS", "SUCCESS"]);

    assert_eq!(notifications(&ben).await.len(), 1);
    assert_eq!(events_about(pending_events(&app, "reminder.sent").await, &gone), [] as [Value; 0]);
}

#[tokio::test]
async fn only_the_failed_events_of_a_bulk_are_delivered_again() {
    let app = app_without_sidecar().await;
    let (mut people, mut events, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..3 {
        let person = app.guest().await;
        let (reminder, event) = publish_due(&app, &person, &format!("number {number}")).await;
        people.push(person);
        events.push(event);
        all.push(reminder);
    }
    let refuse = format!(
        "create function app.fail() returns trigger language plpgsql as $$
         begin raise exception 'not this one'; end $$;
         create trigger fail before update on app.reminders for each row
           when (new.status = 'sent' and new.id = '{}') execute function app.fail()",
        text(&all[1], "id")
    );
    app.database.change(&refuse).await;

    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "RETRY", "SUCCESS"]);
    assert_eq!(notifications(&people[1]).await, [] as [Value; 0], "nothing was done partially");
    app.database.change("drop trigger fail on app.reminders").await;
    assert_eq!(deliver(&app, &events).await, ["SUCCESS"; 3]);

    for person in &people {
        assert_eq!(notifications(person).await.len(), 1);
    }
}

#[tokio::test]
async fn a_notification_more_than_half_a_minute_late_says_so() {
    let app = app_without_sidecar().await;
    for (ago, late) in [("10 seconds", false), ("31 seconds", true), ("2 days", true)] {
        let ada = app.guest().await;
        create_due(&app, &ada, "call mom", ago).await;
        claim_and_deliver(&app).await;
        assert_eq!(notifications(&ada).await[0]["late"], late, "{ago}");
    }
}
