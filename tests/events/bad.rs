use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tests::App;

use super::{created_event, deliver, poll_until, requeue, wait_for_trail};

#[tokio::test]
async fn an_unreadable_event_is_dead_lettered_with_the_reason() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut event = created_event(&ada.id(), 1);
        change(&mut event);
        event.to_string()
    };
    let gone = "0198c0de-0000-7000-8000-0000000000ff";
    let cases = [
        ("{\"half\": ".to_owned(), "broken JSON"),
        ("[1, 2]".to_owned(), "wrong schema"),
        (with(&|event| event["type"] = json!("task.exploded")), "unknown event type"),
        (with(&|event| event["data"]["schema_version"] = json!(9)), "unknown schema version 9"),
        (with(&|event| event["data"]["schema_version"] = json!(0)), "unknown schema version 0"),
        (with(&|event| event["data"]["seq"] = json!("many")), "wrong schema"),
        (with(&|event| event["data"]["after"] = json!("a\0b")), "wrong schema: a NUL character"),
        (with(&|event| event["data"]["user_id"] = json!(gone)), "user_deleted"),
        (with(&|event| event["data"] = json!(null)), "wrong schema"),
        (
            with(&|event| event["data"]["after"] = json!("half")).replace("\"half\"", r#""\ud800""#),
            "broken JSON",
        ),
        (
            with(&|event| event["data"]["event_id"] = json!("x".repeat(5000))),
            "wrong schema: event_id is no UUID",
        ),
        (
            with(&|event| event["id"] = json!("y".repeat(5000))).replace("task.created", "t"),
            "unknown event type",
        ),
        (with(&|event| event["data"]["user_id"] = json!("x")), "wrong schema: an id is no UUID"),
        ("{}".to_owned(), "wrong schema: missing field"),
        (r#"{"type": 5}"#.to_owned(), "wrong schema: invalid type"),
    ];
    for (body, _) in &cases {
        app.as_dapr("/internal/audit/events").body(body.clone()).send().await.expect(200);
    }

    let letters = poll_until("the dead letters", async || {
        let letters = app.database.rows("select consumer, reason from app.dead_letters").await;
        (letters.len() == cases.len()).then_some(letters)
    })
    .await;
    for (body, reason) in &cases {
        let is_there = letters
            .iter()
            .any(|letter| letter["reason"].as_str().is_some_and(|actual| actual.starts_with(reason)));
        assert!(is_there, "{reason} for {body}: {letters:?}");
    }
    assert!(letters.iter().all(|letter| letter["consumer"] == "audit"));
    assert_eq!(wait_for_trail(&ada, "/api/audit", 0).await, [] as [Value; 0], "nothing was done partially");
    assert_eq!(app.database.rows("select 1 from app.consumed_events").await.len(), 0);
    // An event of a known type can be requeued, whatever else is invalid in it.
    let requeued =
        "requeued: dead letters 7, parked events 0\nnot requeued: dead letters of an unknown type 8";
    assert_eq!(requeue(&app), requeued);
}

#[tokio::test]
async fn an_event_is_consumed_once_whatever_the_format_of_its_id_and_time() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let mut events: Vec<_> = (1..=2).map(|seq| created_event(&ada.id(), seq)).collect();
    // Postgres itself rejects that offset.
    events[0]["data"]["occurred_at"] = json!("2026-11-21T10:00:00+20:00");
    let mut again = events[1].clone();
    again["data"]["event_id"] = json!(again["data"]["event_id"].as_str().unwrap().to_uppercase());
    events.push(again);

    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "SUCCESS", "SUCCESS"]);

    assert_eq!(wait_for_trail(&ada, "/api/audit", 2).await.len(), 2);
}

#[tokio::test]
async fn unreadable_events_of_a_bulk_are_dead_lettered_and_the_others_consumed() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let mut events: Vec<_> = (1..=6).map(|seq| created_event(&ada.id(), seq)).collect();
    events[0]["type"] = json!("task.exploded");
    events[2]["data"]["user_id"] = json!("0198c0de-0000-7000-8000-0000000000ff");
    events[4] = json!("no event");

    assert!(deliver(&app, &events).await.iter().all(|status| status == "SUCCESS"));

    let letters = poll_until("the dead letters", async || {
        let letters = app.database.rows("select reason from app.dead_letters order by reason").await;
        (letters.len() == 3).then_some(letters)
    })
    .await;
    let reasons: Vec<_> = letters.iter().map(|letter| letter["reason"].as_str().unwrap()).collect();
    assert!(reasons[0].starts_with("unknown event type"), "{reasons:?}");
    assert!(reasons[1].starts_with("user_deleted"), "{reasons:?}");
    assert!(reasons[2].starts_with("wrong schema"), "{reasons:?}");
    assert_eq!(wait_for_trail(&ada, "/api/audit", 3).await.len(), 3);
    assert_eq!(app.database.rows("select 1 from app.consumed_events").await.len(), 3);
}

#[tokio::test]
async fn only_dapr_can_deliver_events_and_attempts_are_in_the_trail() {
    let app = App::with_events().await;
    let (ada, root) = (app.guest().await, app.account("root@example.com").await);
    let make_admin = format!("update app.users set admin = true where id = '{}'", root.id());
    app.database.change(&make_admin).await;
    let event = created_event(&ada.id(), 1);
    let paths = ["/internal/audit/events", "/internal/audit/dead-letters/audit", "/internal/outbox-relay"];
    for path in paths {
        app.call("POST", path).json(&event).send().await.problem(401);
        for token in ["", "another"] {
            app.call("POST", path).header("dapr-api-token", token).json(&event).send().await.problem(401);
        }
    }
    ada.post("/internal/audit/events", event).await.problem(401);

    let path = "/api/audit?event_type=token.rejected";
    wait_for_trail(&root, path, 1).await;
    // A minute later, housekeeping reports those that were counted.
    app.database.change("update app.incidents set reported_at = reported_at - interval '1 minute'").await;
    app.as_dapr("/internal/housekeeping").send().await.expect(200);
    let tried = wait_for_trail(&root, path, 2).await;
    let details: Vec<_> = tried.iter().map(|one| &one["data"]["details"]).collect();
    assert!(details.iter().all(|one| one["what"] == "not that of Dapr"), "{tried:?}");
    let times: Vec<_> = details.iter().map(|one| one["times"].as_u64().unwrap()).collect();
    assert_eq!(times, [1, 3 * paths.len() as u64]);
    assert_eq!(wait_for_trail(&root, "/api/audit", 0).await.len(), tried.len(), "nothing was consumed");
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
}

/// Returns the routes in the files of `dapr/`.
fn routes() -> BTreeSet<String> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dapr");
    let mut routes = BTreeSet::new();
    for folder in ["components", "subscriptions"] {
        for file in std::fs::read_dir(files.join(folder)).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            routes.extend(
                text.split_whitespace().filter(|word| word.starts_with("/internal/")).map(str::to_owned),
            );
        }
    }
    routes
}

#[tokio::test]
async fn every_route_in_the_files_of_dapr_exists() {
    let app = App::start().await;
    app.as_dapr("/internal/nothing").send().await.problem(404);
    let routes = routes();
    assert!(routes.len() >= 5, "{routes:?}");
    for route in routes {
        let response = app.as_dapr(&route).json(&json!({})).send().await;
        assert_ne!(response.status, 404, "{route}");
    }
}
