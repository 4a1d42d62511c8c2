//! Bad input.

use serde_json::json;
use tests::App;

#[tokio::test]
async fn a_position_that_cannot_be_continued_from_is_refused() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("one").await;
    let epoch = ada.get("/api/sync").await.json()["epoch"].as_str().unwrap().to_owned();
    let with_id = |id: String| ada.call("GET", "/api/events").header("last-event-id", id).send();

    for nonsense in ["7", "nonsense", "a b.1", "é.1", &format!("{epoch}.-1"), &format!("{epoch}.1.1")] {
        let problem = with_id(nonsense.to_owned()).await.problem(422);
        assert_eq!(problem["errors"][0]["header"], "Last-Event-ID", "{nonsense}");
    }
    with_id(format!("{epoch}.2")).await.problem(410);
    with_id("0123456789abcdef.1".to_owned()).await.problem(410);
    for (query, status) in [
        ("since=-1", 422),
        ("since=x", 422),
        ("since=2", 410),
        ("since=1&epoch=another", 410),
        ("since=1&since=1", 422),
        ("limit=7", 422),
    ] {
        ada.get(&format!("/api/events?{query}")).await.problem(status);
    }
}

#[tokio::test]
async fn only_get_opens_a_stream() {
    let app = App::start().await;
    let ada = app.guest().await;

    let head = ada.call("HEAD", "/api/events").send().await.expect(200);
    assert_eq!((head.header("content-type"), head.text.as_str()), ("text/event-stream", ""));
    assert_eq!(app.database.rows("select 1 from app.streams").await.len(), 0);
    ada.post("/api/events", json!({})).await.problem(405);
    app.get("/api/events").await.problem(401);
    app.call("GET", "/api/events").header("authorization", "Bearer x").send().await.problem(401);
}

#[tokio::test]
async fn head_is_answered_as_get_would_be_and_opens_no_stream() {
    let app = App::start().await;
    let ada = app.guest().await;
    let token = json!({ "name": "script", "scopes": ["write"] });
    let token = ada.post("/api/auth/tokens", token).await.expect(201).json();
    let writer = format!("Bearer {}", token["token"].as_str().unwrap());

    for (bearer, status) in [("Bearer nope", 401), (writer.as_str(), 403)] {
        app.call("HEAD", "/api/events").header("authorization", bearer).send().await.expect(status);
    }
    for (query, status) in [("since=0", 200), ("since=9", 410), ("since=x", 422), ("epoch=another", 410)] {
        ada.call("HEAD", &format!("/api/events?{query}")).send().await.expect(status);
    }
    assert_eq!(app.database.rows("select 1 from app.streams").await.len(), 0);
    app.database.change("update app.settings set streams_per_user = 1").await;
    let _stream = ada.stream("").await;
    ada.call("HEAD", "/api/events").send().await.expect(429);
}

#[tokio::test]
async fn a_body_changes_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;

    let mut stream = ada.call("GET", "/api/events").json(&json!({ "since": 99 })).open().await;

    assert_eq!(stream.next().await.expect("a hello").data["seq"], 0);
}

#[tokio::test]
async fn a_token_that_may_not_read_gets_no_stream() {
    let app = App::start().await;
    let ada = app.guest().await;
    let token = json!({ "name": "script", "scopes": ["write"] });
    let token = ada.post("/api/auth/tokens", token).await.expect(201).json();
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());

    app.call("GET", "/api/events").header("authorization", bearer).send().await.problem(403);
}
