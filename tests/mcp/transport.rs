//! HTTP below the messages.

use serde_json::json;
use tests::App;

use super::assistant::Assistant;

#[tokio::test]
async fn only_post_is_allowed() {
    let app = App::start().await;
    let ada = app.guest().await;
    for method in ["GET", "DELETE", "PUT", "PATCH"] {
        let response = ada.call(method, "/mcp").header("accept", "text/event-stream").send().await;
        response.problem(405);
        assert_eq!(response.header("allow"), "POST, OPTIONS", "{method}");
    }
    for path in ["/mcp/", "/mcp/tools", "/api/mcp"] {
        ada.post(path, json!({})).await.problem(404);
    }
}

#[tokio::test]
async fn a_client_that_does_not_accept_json_is_rejected() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let accepting = |accept| assistant.message("tools/list", json!({})).header("accept", accept).send();
    for accept in [
        None,
        Some("application/json"),
        Some("application/json;q=0.5, text/event-stream"),
        Some("text/event-stream,Application/JSON"),
        Some("application/*"),
        Some("*/*"),
        Some("text/html, */*;q=0.1"),
    ] {
        accepting(accept).await.result();
    }
    for accept in [
        "text/event-stream",
        "text/html",
        "text/*",
        "application/xml",
        "application/json;q=0",
        "application/jsonp",
    ] {
        accepting(Some(accept)).await.status(406).error(-32600);
    }
}

#[tokio::test]
async fn a_body_of_another_content_type_is_rejected() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let of_type = |kind| assistant.message("tools/list", json!({})).header("content-type", kind).send();
    for kind in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"] {
        of_type(Some(kind)).await.result();
    }
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        of_type(kind).await.response.problem(415);
    }
}

#[tokio::test]
async fn cross_site_requests_are_rejected() {
    let app = App::with(&[("public_url", "https://tasks.example.com")]).await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    for origin in [
        None,
        Some("https://tasks.example.com"),
        Some("http://localhost"),
        Some("http://localhost:6274"),
        Some("http://127.0.0.1:5173"),
        Some("http://[::1]:6274"),
    ] {
        assistant.message("tools/list", json!({})).header("origin", origin).send().await.result();
    }
    for origin in [
        "https://evil.example",
        "http://tasks.example.com",
        "https://tasks.example.com:8443",
        "https://tasks.example.com.evil.example",
        "https://evil.example/?https://tasks.example.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "null",
        "nonsense",
    ] {
        let add = assistant.tool("add_task", json!({ "title": "not this" })).header("origin", Some(origin));
        add.send().await.response.problem(403);
    }
    assert_eq!(ada.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_message_may_have_at_most_a_mebibyte() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let add = |length| assistant.tool("add_task", json!({ "title": "x", "description": "y".repeat(length) }));

    assert_eq!(add(1024 * 1024 - 4096).call().await.refusal("invalid").pointers(), ["/description"]);
    add(1024 * 1024).send().await.response.problem(413);
    add(20_000).call().await.success();

    assert_eq!(ada.titles("/api/tasks").await, ["x"]);
}

#[tokio::test]
async fn every_response_has_a_correlation_id() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    for method in ["tools/list", "no/such"] {
        let message = assistant.message(method, json!({})).header("x-correlation-id", Some("order-66"));
        assert_eq!(message.send().await.response.header("x-correlation-id"), "order-66");
    }
    assistant
        .tool("add_task", json!({ "title": "x" }))
        .header("x-correlation-id", Some("order-67"))
        .call()
        .await
        .success();
    assert_eq!(app.database.events().await[0]["correlation_id"], "order-67");
}

#[tokio::test]
async fn the_response_to_a_long_invalid_message_is_short() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let long = "x".repeat(400_000);
    let twice = vec![r#""a":1"#; 3000].join(",");

    for text in [
        format!(r#"{{"jsonrpc":"2.0","id":"{long}","method":"ping"}}"#),
        format!(r#"{{"jsonrpc":"{long}","id":1,"method":"ping"}}"#),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{long}"}}"#),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{long}"}}}}"#),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{{"uri":"{long}"}}}}"#),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"{long}":{{{twice}}}}}}}"#),
    ] {
        let reply = assistant.post_text(text).await;
        let answer = &reply.response;
        assert!(answer.status < 500 && answer.text.len() < 16 * 1024, "{}", answer.text.len());
        assert!(answer.json()["error"].is_object(), "{answer:?}");
    }
    let too_many = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":[{twice}]}}}}"#);
    let reply = assistant.post_text(too_many.replace(r#""a":1"#, "0,0,0,0")).await.status(400);
    assert_eq!(reply.response.json()["error"]["code"], -32700);
}

#[tokio::test]
async fn long_and_deep_arguments_of_a_tool_are_rejected_like_others() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let tags = |text: String| json!({ "title": "x", "tags": text });
    let deep = (0..26).fold(json!("\"\\"), |inner, _| json!({ "a\"": inner }));

    for arguments in [
        tags((0..90_000).map(|number| format!("t{number},")).collect()),
        tags(format!("[{}0]", "0,".repeat(400_000))),
        json!({ "title": "x", "tags": deep, "idempotency_key": "one" }),
    ] {
        let refused = assistant.call("add_task", arguments).await.refusal("invalid");
        assert!(refused.text.len() < 16 * 1024, "{}", refused.text.len());
    }
    assert_eq!(app.database.rows("select id from app.tasks").await.len(), 0);
}
