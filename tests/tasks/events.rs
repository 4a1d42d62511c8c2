use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn every_change_creates_an_event_with_before_and_after() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = ada.create(json!({ "title": "report" })).await;
    let task = made.header("location").to_owned();
    let changed = ada.patch(&task, json!({ "title": "the report" })).await.expect(200).json();
    let mut completed = ada.post(&format!("{task}/complete"), json!({})).await.expect(200).json();
    assert_eq!(completed.as_object_mut().unwrap().remove("next_occurrence"), Some(Value::Null));
    let reopened = ada.post(&format!("{task}/reopen"), json!({})).await.expect(200).json();
    ada.delete(&task).await.expect(204);

    let events = app.database.events().await;

    let types: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["task.created", "task.updated", "task.completed", "task.reopened", "task.deleted"]);
    let states = [Value::Null, made.json(), changed, completed, reopened];
    for (event, before) in events.iter().zip(&states) {
        assert_eq!(&event["before"], before);
        assert_eq!(event["seq"], event["after"]["seq"]);
        assert_eq!(event["user_id"], ada.id());
        assert_eq!(event["subject_id"], made.id());
        assert_eq!(event["actor"], "user");
    }
    for (event, after) in events.iter().zip(&states[1..]) {
        assert_eq!(&event["after"], after);
    }
}

#[tokio::test]
async fn an_event_carries_the_correlation_id_and_the_trace_of_its_request() {
    let app = App::start().await;
    let ada = app.guest().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    let response = ada
        .call("POST", "/api/tasks")
        .header("x-correlation-id", "order-66")
        .header("traceparent", trace)
        .json(&json!({ "title": "traced" }))
        .send()
        .await
        .expect(201);
    ada.task("untraced").await;

    assert_eq!(response.header("x-correlation-id"), "order-66");
    let rows = app.database.rows("select correlation_id, traceparent from app.outbox order by seq").await;
    assert_eq!(rows[0], json!({ "correlation_id": "order-66", "traceparent": trace }));
    assert_ne!(rows[1]["correlation_id"], "order-66");
    assert_eq!(rows[1]["traceparent"], Value::Null);
}

#[tokio::test]
async fn concurrent_changes_each_get_a_seq_of_their_own() {
    let app = App::start().await;
    let ada = app.guest().await;
    let makers = (0..8).map(|maker| {
        let ada = ada.clone();
        tokio::spawn(async move {
            let mut places = Vec::new();
            for number in 0..4 {
                let made = ada.create(json!({ "title": format!("task {maker}-{number}") })).await.json();
                places.push(made["seq"].as_i64());
            }
            places
        })
    });
    let mut places = BTreeSet::new();
    for maker in join_all(makers).await {
        places.extend(maker.unwrap());
    }

    assert_eq!(places.len(), 32);
    let events = app.database.events().await;
    assert_eq!(events.iter().map(|event| event["seq"].as_i64()).collect::<BTreeSet<_>>(), places);
}

#[tokio::test]
async fn a_rejected_change_creates_no_event() {
    let app = App::start().await;
    let ada = app.guest().await;

    ada.post("/api/tasks", json!({ "title": "" })).await.problem(422);
    ada.patch("/api/tasks/019a0000-0000-7000-8000-000000000000", json!({ "title": "x" })).await.problem(404);

    assert_eq!(app.database.events().await, [] as [Value; 0]);
}
