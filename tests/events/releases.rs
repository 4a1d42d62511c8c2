//! During a rolling update, consumers of one release process the events of the other.
//!
//! `former/` holds what the release before the first one that takes many events at once left behind: the body of its consumer,
//! as it was installed, and one event of each type, as its triggers wrote them. They change only when a later release takes its
//! place there.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

use super::{assert_all_arrive, created_event, deliver, wait_for_empty_outbox, wait_for_trail};

/// The body of the audit function.
const FORMER_CONSUMER: &str = include_str!("former/take.sql");
const FORMER_NAME: &str = "take_4e71d71283b4674b";
const FORMER_EVENTS: &str = include_str!("former/events.json");

/// Changes the triggers as a later release may: events get more members, outside and inside their data.
async fn triggers_of_the_next_release(app: &App) {
    let change = r#"
        alter function app.cloud_event(app.outbox) rename to cloud_event_of_now;
        create function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
        begin
            return replace(replace(app.cloud_event_of_now(o),
                '"specversion" :', '"extension" : "of the next", "specversion" :'),
                '"schema_version" :', '"mood" : {"of": ["the next", 1, null]}, "schema_version" :');
        end $$"#;
    app.database.change(change).await;
}

/// Returns the data of an event without the members of the next release, and asserts that these were there.
fn without_mood(data: &Value) -> Value {
    let mut data = data.clone();
    assert_eq!(data.as_object_mut().unwrap().remove("mood"), Some(json!({ "of": ["the next", 1, null] })));
    data
}

#[tokio::test]
async fn events_of_the_next_release_are_taken_with_all_that_is_new_in_them() {
    let app = App::with_events().await;
    triggers_of_the_next_release(&app).await;
    let ada = app.guest().await;

    ada.task("one").await;
    let made = ada.create(json!({ "title": "two" })).await;

    assert_all_arrive(&app, 2).await;
    let item = &wait_for_trail(&ada, "/api/audit", 2).await[1];
    assert_eq!(without_mood(&item["data"])["after"], made.json());
}

#[tokio::test]
async fn events_of_the_former_release_are_taken_each_of_them() {
    let app = App::with_events().await;
    let events: Vec<Value> = serde_json::from_str(FORMER_EVENTS).unwrap();
    let people: BTreeSet<_> = events.iter().filter_map(|event| event["data"]["user_id"].as_str()).collect();
    for person in people {
        app.database.change(&format!("insert into app.users (id, guest) values ('{person}', true)")).await;
    }

    assert!(deliver(&app, &events).await.iter().all(|status| status == "SUCCESS"));

    wait_for_empty_outbox(&app).await;
    assert_eq!(app.database.rows("select event_id, reason from app.dead_letters").await, [] as [Value; 0]);
    for event in &events {
        let id = event["id"].as_str().unwrap();
        let kept = app.database.rows(&format!("select event_type, data from app.audit where event_id = '{id}'")).await;
        assert_eq!(kept, [json!({ "event_type": event["type"], "data": event["data"] })]);
    }
}

#[tokio::test]
async fn the_consumer_of_the_former_release_takes_what_is_written_now_and_nothing_twice() {
    let app = App::with_events().await;
    let role = "grant execute on function bodies.{name} to taskflow_service";
    app.database.change(FORMER_CONSUMER).await;
    app.database.change(&role.replace("{name}", FORMER_NAME)).await;
    triggers_of_the_next_release(&app).await;
    let people = join_all((0..4).map(|_| app.guest())).await;

    // Both take the same events at the same time, as while a deployment rolls.
    let former = app.database.role("taskflow_service").await;
    for round in 0..10 {
        for person in &people {
            person.task(&format!("number {round}")).await;
        }
        let rows = "select app.cloud_event(outbox)::json as event from app.outbox";
        for row in app.database.rows(rows).await {
            let event = &row["event"];
            without_mood(&event["data"]);
            let principal = json!({
                "service": "audit", "actor": "system", "correlation_id": "c",
                "event": {
                    "consumer": "audit", "id": event["id"], "type": event["type"], "occurred_at": event["data"]["occurred_at"],
                    "user_id": event["data"]["user_id"], "seq": event["data"]["seq"],
                },
            });
            let input = json!({ "type": event["type"], "task_id": event["data"]["task_id"], "data": event["data"] });
            let call = format!("select bodies.{FORMER_NAME}($1, $2)");
            let said = former.query(&call, &[&principal, &input]).await.unwrap();
            let said: Vec<String> = said.iter().map(|row| row.get(0)).collect();
            assert!(said.is_empty() || said == [r#"{"error":"duplicate"}"#], "{said:?}");
        }
    }

    assert_all_arrive(&app, 40).await;
    let by_the_former = app.database.rows("select count(*) as n from app.seen").await;
    assert_ne!(by_the_former, [json!({ "n": 0 })], "it has taken some");
}

#[tokio::test]
async fn bodies_of_two_releases_take_the_same_events_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let body = format!("{}\n-- of another release\n", include_str!("../../functions/audit/src/take.sql"));
    let other = app.database.install("take", &body).await;
    let events: Vec<_> = (1..=20).map(|seq| created_event(&ada.id(), seq)).collect();
    let deliveries: Vec<_> = events
        .iter()
        .map(|event| {
            let data = &event["data"];
            json!({ "id": event["id"], "type": event["type"], "topic": event["topic"], "occurred_at": data["occurred_at"],
                    "user_id": data["user_id"], "task_id": data["task_id"], "seq": data["seq"], "input": data })
        })
        .collect();

    let client = app.database.role("taskflow_service").await;
    let (principal, input) = (json!({ "service": "audit", "actor": "system" }), json!({ "events": deliveries }));
    let call = format!("select bodies.{other}($1, $2)");
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&principal, &input];
    let (by_one, by_other) = futures::future::join(deliver(&app, &events), client.query(&call, &parameters)).await;

    assert!(by_one.iter().all(|status| status == "SUCCESS"), "{by_one:?}");
    assert!(by_other.unwrap().is_empty());
    assert_eq!(wait_for_trail(&ada, "/api/audit", 20).await.len(), 20);
    let counted = app.database.rows("select what, sum(times) as n from app.counted group by what order by what").await;
    assert_eq!(counted, [json!({ "what": "done", "n": 20 }), json!({ "what": "duplicate", "n": 20 })]);
}
