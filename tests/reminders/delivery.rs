//! Events lead to one notification, however often they are delivered and whatever has changed since.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    EVENTS, LATER, about, behind, by_hand, came, current, deliver, due, events_of, make, notifications, path_of,
    remind, reminders, task_of, text, tick, waiting,
};

/// Creates a reminder whose event is published but not delivered, and returns both.
async fn on_its_way(app: &App, person: &Person, title: &str) -> (Value, Value) {
    let reminder = due(app, person, title, "1 second").await;
    tick(app).await;
    let [event] = events_of(app, &reminder, 1).await.try_into().unwrap();
    (reminder, event)
}

async fn snooze(person: &Person, reminder: &Value) {
    person.post(&format!("{}/snooze", path_of(reminder)), json!({ "for": "10m" })).await.expect(200);
}

#[tokio::test]
async fn an_event_that_comes_twenty_times_at_once_and_again_reminds_once() {
    let app = by_hand().await;
    let ada = app.guest().await;
    let (reminder, event) = on_its_way(&app, &ada, "call mom").await;

    for answer in join_all((0..20).map(|_| app.as_dapr(EVENTS).json(&event).send())).await {
        assert_eq!(answer.expect(200).json(), json!({ "status": "SUCCESS" }));
    }
    assert_eq!(deliver(&app, &[event.clone(), event]).await, ["SUCCESS", "SUCCESS"]);

    assert_eq!(notifications(&ada).await.len(), 1);
    let sent = current(&ada, &reminder).await;
    assert_eq!((&sent["status"], &sent["attempts"]), (&json!("sent"), &json!(1)));
    assert!(text(&sent, "sent_at") > text(&sent, "remind_at"), "{sent}");
    assert_eq!(waiting(&app, "reminder.sent").await.len(), 1);
}

#[tokio::test]
async fn what_has_changed_while_a_reminder_was_on_its_way_is_minded() {
    let app = by_hand().await;
    for step in ["complete", "delete", "delete for good", "cancel", "snooze"] {
        let ada = app.guest().await;
        let (reminder, event) = on_its_way(&app, &ada, step).await;
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
        assert_eq!(about(waiting(&app, "reminder.sent").await, &reminder), [] as [Value; 0], "{step}");
    }
}

#[tokio::test]
async fn what_was_on_its_way_when_its_task_was_put_off_comes_at_the_new_time_only() {
    let app = by_hand().await;
    let ada = app.guest().await;
    let task = make(&ada, json!({ "title": "report", "due_date": LATER, "reminders": [{ "before": "1h" }] })).await;
    let reminder = reminders(&ada, &task).await.remove(0);
    came(&app, &reminder, "5 minutes").await;
    tick(&app).await;
    ada.patch(&task, json!({ "due_date": "2032-01-01T00:00:00Z" })).await.expect(200);

    remind(&app).await;
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);
    assert_eq!(current(&ada, &reminder).await["status"], "pending");

    came(&app, &reminder, "1 second").await;
    remind(&app).await;
    assert_eq!(notifications(&ada).await.len(), 1);
}

#[tokio::test]
async fn an_event_from_before_a_snooze_does_nothing_before_or_behind_the_new_one() {
    let app = by_hand().await;
    for is_first in [true, false] {
        let ada = app.guest().await;
        let (reminder, old) = on_its_way(&app, &ada, "call mom").await;
        snooze(&ada, &reminder).await;
        assert_eq!(deliver(&app, std::slice::from_ref(&old)).await, ["SUCCESS"]);
        assert_eq!(current(&ada, &reminder).await["status"], "pending");
        came(&app, &reminder, "1 second").await;
        tick(&app).await;
        let [_, new] = events_of(&app, &reminder, 2).await.try_into().unwrap();

        let both = if is_first { [old, new] } else { [new, old] };
        assert_eq!(deliver(&app, &both).await, ["SUCCESS", "SUCCESS"]);

        assert_eq!(notifications(&ada).await.len(), 1);
    }
}

#[tokio::test]
async fn whose_user_is_gone_is_taken_and_others_are_reminded() {
    let app = by_hand().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let (gone, first) = on_its_way(&app, &ada, "of nobody").await;
    let (_, second) = on_its_way(&app, &ben, "call mom").await;
    behind(&app, &format!("delete from app.users where id = '{}'", ada.id())).await;

    assert_eq!(deliver(&app, &[first, second]).await, ["SUCCESS", "SUCCESS"]);

    assert_eq!(notifications(&ben).await.len(), 1);
    assert_eq!(about(waiting(&app, "reminder.sent").await, &gone), [] as [Value; 0]);
}

#[tokio::test]
async fn of_several_only_what_failed_comes_again() {
    let app = by_hand().await;
    let (mut people, mut events, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..3 {
        let person = app.guest().await;
        let (reminder, event) = on_its_way(&app, &person, &format!("number {number}")).await;
        people.push(person);
        events.push(event);
        all.push(reminder);
    }
    let refuse = format!(
        "create function app.fail() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
         create trigger fail before update on app.reminders for each row
           when (new.status = 'sent' and new.id = '{}') execute function app.fail()",
        text(&all[1], "id")
    );
    app.database.change(&refuse).await;

    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "RETRY", "SUCCESS"]);
    assert_eq!(notifications(&people[1]).await, [] as [Value; 0], "nothing was half done");
    app.database.change("drop trigger fail on app.reminders").await;
    assert_eq!(deliver(&app, &events).await, ["SUCCESS"; 3]);

    for person in &people {
        assert_eq!(notifications(person).await.len(), 1);
    }
}

#[tokio::test]
async fn what_comes_more_than_half_a_minute_after_its_time_says_so() {
    let app = by_hand().await;
    for (ago, late) in [("10 seconds", false), ("31 seconds", true), ("2 days", true)] {
        let ada = app.guest().await;
        due(&app, &ada, "call mom", ago).await;
        remind(&app).await;
        assert_eq!(notifications(&ada).await[0]["late"], late, "{ago}");
    }
}
