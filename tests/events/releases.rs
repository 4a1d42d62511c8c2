//! During a rolling update, consumers of one release take the events of the other.
//!
//! `former/` has data of earlier releases: the statement of the audit function as the release before this one
//! installed it, and an event of each type as the triggers of the first releases wrote them.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

use super::{
    assert_all_are_consumed_once, assert_all_arrive, created_event, deliver, wait_for_empty_outbox,
    wait_for_trail,
};

/// The statement of the audit function.
const FORMER_CONSUMER: &str = include_str!("former/take.sql");
const FORMER_NAME: &str = "take_b79377be14fd30ee";
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
async fn events_of_the_next_release_are_consumed_with_their_new_members() {
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
async fn every_event_of_the_former_release_is_consumed() {
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
        let kept = app
            .database
            .rows(&format!("select event_type, data from app.audit where event_id = '{id}'"))
            .await;
        assert_eq!(kept, [json!({ "event_type": event["type"], "data": event["data"] })]);
    }
}

#[tokio::test]
async fn the_consumer_of_the_former_release_consumes_current_events_once() {
    let app = App::with_events().await;
    let role = "grant execute on function statements.{name} to taskflow_service";
    app.database.change(FORMER_CONSUMER).await;
    app.database.change(&role.replace("{name}", FORMER_NAME)).await;
    triggers_of_the_next_release(&app).await;
    let people = join_all((0..4).map(|_| app.guest())).await;

    // Both consume the same events at the same time, as during a rolling update. Those of the first round are
    // consumed by the former one alone.
    app.database.change("select app.set_publishing(false)").await;
    let former = app.database.role("taskflow_service").await;
    let principal = json!({ "service": "audit", "actor": "system", "correlation_id": "c" });
    let call = format!("select statements.{FORMER_NAME}($1, $2)");
    for round in 0..10 {
        for person in &people {
            person.task(&format!("number {round}")).await;
        }
        let rows = app.database.rows("select app.cloud_event(outbox)::json as event from app.outbox").await;
        let deliveries: Vec<Value> = rows
            .iter()
            .map(|row| {
                let (event, data) = (&row["event"], &row["event"]["data"]);
                without_mood(data);
                json!({ "id": event["id"], "type": event["type"], "topic": "task-events",
                        "occurred_at": data["occurred_at"],
                        "user_id": data["user_id"], "task_id": data["task_id"], "seq": data["seq"],
                        "correlation_id": "c", "input": data.to_string() })
            })
            .collect();
        let returned = former.query(&call, &[&principal, &json!({ "events": deliveries })]).await.unwrap();
        assert!(returned.is_empty(), "{returned:?}");
        if round == 0 {
            let taken = app.database.rows("select count(*) as n from app.consumed_events").await;
            assert_eq!(taken, [json!({ "n": people.len() })], "the former one has taken them");
            app.database.change("select app.set_publishing(true)").await;
        }
    }

    // Some may be late: the former one takes what waits while the broker still has an earlier event.
    assert_all_are_consumed_once(&app, 40).await;
}

#[tokio::test]
async fn statements_of_two_releases_consume_the_same_events_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let body = format!("{}\n-- of another release\n", include_str!("../../functions/audit/src/take.sql"));
    let other = app.database.install("take", &body).await;
    let events: Vec<_> = (1..=20).map(|seq| created_event(&ada.id(), seq)).collect();
    let deliveries: Vec<_> = events
        .iter()
        .map(|event| {
            let data = &event["data"];
            json!({ "id": event["id"], "type": event["type"], "topic": event["topic"],
                    "occurred_at": data["occurred_at"],
                    "user_id": data["user_id"], "task_id": data["task_id"], "seq": data["seq"],
                    "input": data })
        })
        .collect();

    let client = app.database.role("taskflow_service").await;
    let (principal, input) =
        (json!({ "service": "audit", "actor": "system" }), json!({ "events": deliveries }));
    let call = format!("select statements.{other}($1, $2)");
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&principal, &input];
    let (by_one, by_other) =
        futures::future::join(deliver(&app, &events), client.query(&call, &parameters)).await;

    assert!(by_one.iter().all(|status| status == "SUCCESS"), "{by_one:?}");
    assert!(by_other.unwrap().is_empty());
    assert_eq!(wait_for_trail(&ada, "/api/audit", 20).await.len(), 20);
    let counted = app
        .database
        .rows("select outcome, sum(times) as n from app.consumer_counters group by 1 order by 1")
        .await;
    assert_eq!(counted, [json!({ "outcome": "done", "n": 20 }), json!({ "outcome": "duplicate", "n": 20 })]);
}
