//! After an outage, missed reminders are delivered late and in order.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    app_without_sidecar, change_silently, claim_due, create_due, create_task, deliver, in_ms, notifications,
    pending_events,
};
use crate::events::{add_slow_trigger, poll_until, wait_for_empty_outbox, wait_for_slow_trigger};

/// Waits for a number of notifications and returns their titles, the oldest first.
async fn wait_for_titles(ada: &Person, count: usize) -> Vec<Value> {
    poll_until(&format!("{count} notifications"), async || {
        let response = ada.get("/api/notifications").await;
        if response.status != 200 {
            // The pool may still hold broken connections.
            response.problem(503);
            return None;
        }
        let mut all = response.json()["items"].as_array().unwrap().clone();
        all.reverse();
        (all.len() >= count).then_some(all)
    })
    .await
}

#[tokio::test]
async fn reminders_due_during_a_sidecar_outage_are_delivered_late_and_in_order() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.kill_sidecar();
    // Some are claimed but not published, and some are not even claimed.
    for minutes in [9, 12, 6] {
        create_due(&app, &ada, &minutes.to_string(), &format!("{minutes} minutes")).await;
    }
    claim_due(&app).await;
    for minutes in [4, 2] {
        create_due(&app, &ada, &minutes.to_string(), &format!("{minutes} minutes")).await;
    }
    assert!(pending_events(&app, "reminder.due").await.len() >= 3);
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);

    app.restart_sidecar().await;

    let received = wait_for_titles(&ada, 5).await;
    let titles: Vec<_> = received.iter().map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["12", "9", "6", "4", "2"]);
    assert!(received.iter().all(|one| one["late"] == true), "{received:?}");
    wait_for_empty_outbox(&app).await;
    assert_eq!(notifications(&ada).await.len(), 5, "each once");
}

#[tokio::test]
async fn a_reminder_due_during_a_database_outage_is_delivered_afterwards() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    create_task(&ada, json!({ "title": "call mom", "reminders": [{ "at": in_ms(1500) }] })).await;

    assert_eq!(notifications(&ada).await, [] as [Value; 0]);
    app.database.refuse_connections().await;
    tokio::time::sleep(Duration::from_millis(2000)).await;
    app.database.accept_connections().await;

    assert_eq!(wait_for_titles(&ada, 1).await[0]["title"], "call mom");
    wait_for_empty_outbox(&app).await;
    assert_eq!(wait_for_titles(&ada, 1).await.len(), 1);
}

#[tokio::test]
async fn a_reminder_in_flight_when_connections_break_is_delivered_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    // The connection breaks while the consumer's statement runs.
    let sent = "before update on app.reminders for each row
                  when (new.status = 'sent' and old.status <> 'sent')";
    add_slow_trigger(&app, sent).await;
    create_due(&app, &ada, "call mom", "1 second").await;
    claim_due(&app).await;
    wait_for_slow_trigger(&app).await;

    app.database.refuse_connections().await;
    app.database.accept_connections().await;
    change_silently(&app, "drop trigger slow on app.reminders").await;

    assert_eq!(wait_for_titles(&ada, 1).await[0]["title"], "call mom");
    wait_for_empty_outbox(&app).await;
    assert_eq!(wait_for_titles(&ada, 1).await.len(), 1);
}

#[tokio::test]
async fn a_user_whose_row_is_locked_delays_no_reminder_of_others() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    for person in [&ada, &ben] {
        create_due(&app, person, "call mom", "1 second").await;
    }
    claim_due(&app).await;
    let events = pending_events(&app, "reminder.due").await;
    let mut owner = app.database.owner().await;
    let change = owner.transaction().await.unwrap();
    let lock = format!("select from app.users where id = '{}' for no key update", ada.id());
    change.batch_execute(&lock).await.unwrap();

    let statuses = deliver(&app, &events).await;

    for (event, status) in events.iter().zip(statuses) {
        let expected = if event["data"]["user_id"] == ada.id() { "RETRY" } else { "SUCCESS" };
        assert_eq!(status, expected, "{event}");
    }
    assert_eq!(notifications(&ben).await.len(), 1);
    change.rollback().await.unwrap();
    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "SUCCESS"]);
    for person in [&ada, &ben] {
        assert_eq!(notifications(person).await.len(), 1, "each once");
    }
}
