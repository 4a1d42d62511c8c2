use serde_json::{Value, json};
use tests::App;

use super::{event_of, trail, until};

#[tokio::test]
async fn what_cannot_be_read_goes_to_the_dead_letters_with_the_reason() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut event = event_of(&ada.id(), 1);
        change(&mut event);
        event.to_string()
    };
    let gone = "0198c0de-0000-7000-8000-0000000000ff";
    let cases = [
        ("{\"half\": ".to_owned(), "broken JSON"),
        ("[1, 2]".to_owned(), "wrong schema"),
        (with(&|event| event["type"] = json!("task.exploded")), "unknown event type"),
        (with(&|event| event["data"]["schema_version"] = json!(9)), "unknown schema version 9"),
        (with(&|event| event["data"]["seq"] = json!("many")), "wrong schema"),
        (with(&|event| event["data"]["after"] = json!("a\0b")), "wrong schema: a NUL character"),
        (with(&|event| event["data"]["user_id"] = json!(gone)), "the user is gone"),
        (with(&|event| event["data"] = json!(null)), "wrong schema"),
    ];
    for (body, _) in &cases {
        app.as_dapr("/internal/audit/events").body(body.clone()).send().await.expect(200);
    }

    let letters = until("the dead letters", async || {
        let letters = app.database.rows("select consumer, reason from app.dead_letters").await;
        (letters.len() == cases.len()).then_some(letters)
    })
    .await;
    for (body, reason) in &cases {
        let is_there =
            letters.iter().any(|letter| letter["reason"].as_str().is_some_and(|said| said.starts_with(reason)));
        assert!(is_there, "{reason} for {body}: {letters:?}");
    }
    assert!(letters.iter().all(|letter| letter["consumer"] == "audit"));
    assert_eq!(trail(&ada, "/api/audit", 0).await, [] as [Value; 0], "nothing was half done");
    assert_eq!(app.database.rows("select 1 from app.deliveries").await.len(), 0);
}

#[tokio::test]
async fn nobody_but_dapr_delivers_events() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let event = event_of(&ada.id(), 1);
    for token in ["", "another"] {
        for path in ["/internal/audit/events", "/internal/audit/dead-letters/audit", "/internal/outbox-relay"] {
            app.call("POST", path).header("dapr-api-token", token).json(&event).send().await.problem(401);
        }
    }
    ada.post("/internal/audit/events", event).await.problem(401);
    assert_eq!(trail(&ada, "/api/audit", 0).await, [] as [Value; 0]);
}
