//! After an outage, missed reminders are delivered late and in order.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{App, Person};

use super::{behind, due, in_ms, make, notifications, tick, waiting};
use crate::events::{nothing_waits, until};

/// Waits for a number of notifications and returns their titles, the oldest first.
async fn told(ada: &Person, count: usize) -> Vec<Value> {
    until(&format!("{count} notifications"), async || {
        let answer = ada.get("/api/notifications").await;
        if answer.status != 200 {
            // The pool may still hold broken connections.
            answer.problem(503);
            return None;
        }
        let mut all = answer.json()["items"].as_array().unwrap().clone();
        all.reverse();
        (all.len() >= count).then_some(all)
    })
    .await
}

#[tokio::test]
async fn while_the_sidecar_is_away_nothing_arrives_and_then_everything_late_and_in_order() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.lose_sidecar();
    // Some are claimed but not published, and some are not even claimed.
    for minutes in [9, 12, 6] {
        due(&app, &ada, &minutes.to_string(), &format!("{minutes} minutes")).await;
    }
    tick(&app).await;
    for minutes in [4, 2] {
        due(&app, &ada, &minutes.to_string(), &format!("{minutes} minutes")).await;
    }
    assert!(waiting(&app, "reminder.due").await.len() >= 3);
    assert_eq!(notifications(&ada).await, [] as [Value; 0]);

    app.return_sidecar().await;

    let told = told(&ada, 5).await;
    let titles: Vec<_> = told.iter().map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["12", "9", "6", "4", "2"]);
    assert!(told.iter().all(|one| one["late"] == true), "{told:?}");
    nothing_waits(&app).await;
    assert_eq!(notifications(&ada).await.len(), 5, "each once");
}

#[tokio::test]
async fn what_became_due_while_the_database_was_away_arrives_when_it_is_back() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    make(&ada, json!({ "title": "call mom", "reminders": [{ "at": in_ms(500) }] })).await;

    app.database.go_away().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    app.database.come_back().await;

    assert_eq!(told(&ada, 1).await[0]["title"], "call mom");
    nothing_waits(&app).await;
    assert_eq!(told(&ada, 1).await.len(), 1);
}

#[tokio::test]
async fn what_was_on_its_way_when_the_connections_broke_arrives_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    // The connection breaks while the consumer's statement runs.
    let slow = "create function app.be_slow() returns trigger language plpgsql as $$
                begin
                    perform pg_sleep(1);
                    return new;
                end $$;
                create trigger slow before update on app.reminders for each row
                  when (new.status = 'sent' and old.status <> 'sent') execute function app.be_slow()";
    app.database.change(slow).await;
    due(&app, &ada, "call mom", "1 second").await;
    tick(&app).await;
    until("the consumer", async || {
        let busy = "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
        (!app.database.rows(busy).await.is_empty()).then_some(())
    })
    .await;

    app.database.go_away().await;
    app.database.come_back().await;
    behind(&app, "drop trigger slow on app.reminders").await;

    assert_eq!(told(&ada, 1).await[0]["title"], "call mom");
    nothing_waits(&app).await;
    assert_eq!(told(&ada, 1).await.len(), 1);
}
