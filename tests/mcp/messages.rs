//! Valid and invalid messages.

use serde_json::{Value, json};
use tests::App;

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::with;

#[tokio::test]
async fn a_response_has_the_id_of_its_request_and_invalid_ids_are_rejected() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let with_id = async |id: Value| {
        let mut message = assistant.message("tools/list", json!({}));
        message.body["id"] = id;
        message.send().await
    };
    for id in [json!(0), json!(-7), json!(9_007_199_254_740_991_i64), json!(""), json!("ä \" 👋"), json!("7")]
    {
        with_id(id).await.result();
    }
    for id in [Value::Null, json!(1.5), json!(true), json!({}), json!([1])] {
        with_id(id).await.status(400).error(-32600);
    }
}

#[tokio::test]
async fn malformed_json_is_rejected() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for broken in [
        "",
        "{",
        "nonsense",
        "{\"jsonrpc\": \"2.0\"} more",
        "{\"jsonrpc\": \"2.0\", \"id\": \"\\ud800\"}",
        &deep,
    ] {
        let reply = assistant.post_text(broken).await.status(400);
        reply.error(-32700);
        assert!(reply.response.json().get("id").is_none(), "{reply:?}");
    }
}

#[tokio::test]
async fn a_duplicate_member_is_reported() {
    let app = App::start().await;
    let twice = r#"{"jsonrpc": "2.0", "id": 1, "method": "ping", "method": "tools/list"}"#;

    let reply = Assistant::of(&app.guest().await).post_text(twice).await.status(400);

    let error = reply.response.json()["error"].clone();
    assert_eq!(error["code"], -32700);
    assert_eq!(error["data"], json!({ "errors": [{ "pointer": "/method", "detail": "is given twice" }] }));
}

#[tokio::test]
async fn an_invalid_message_is_rejected_without_effect() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let add = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                      "params": { "name": "add_task", "arguments": { "title": "not this" } } });
    let but = |member: &str, value: Value| with(add.clone(), json!({ member: value }));
    for wrong in [
        json!([]),
        json!([add]),
        json!([add, add]),
        json!(7),
        json!("tools/call"),
        Value::Null,
        json!({}),
        json!({ "jsonrpc": "2.0", "id": 1 }),
        json!({ "id": 1, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": {}, "error": { "code": 1, "message": "no" } }),
        but("jsonrpc", json!("1.0")),
        but("jsonrpc", json!(2.0)),
        but("jsonrpc", Value::Null),
        but("method", json!(7)),
        but("method", Value::Null),
    ] {
        assistant.post_text(wrong.to_string()).await.status(400).error(-32600);
    }
    assert_eq!(ada.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn an_invalid_message_is_explained_under_its_id() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    let long = "x".repeat(1001);
    let id_rule = "`id` must be a string of at most 1000 bytes, or a whole number.";
    for (message, id, explanation) in [
        (json!({ "jsonrpc": "1.0", "id": 1 }), json!(1), "`jsonrpc` must be \"2.0\"."),
        (json!({ "jsonrpc": "2.0", "id": "a" }), json!("a"), "`method` must be a string."),
        (json!({ "jsonrpc": "2.0", "method": 7 }), Value::Null, "`method` must be a string."),
        (
            json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": [] }),
            json!(1),
            "`params` must be an object.",
        ),
        (json!({ "jsonrpc": "2.0", "id": 1.5, "method": "ping" }), Value::Null, id_rule),
        (json!({ "jsonrpc": "2.0", "id": {}, "method": "ping" }), Value::Null, id_rule),
        (json!({ "jsonrpc": "2.0", "id": long, "method": "ping" }), Value::Null, id_rule),
        (json!("ping"), Value::Null, "The message must be an object."),
    ] {
        let answer = assistant.post_text(message.to_string()).await.status(400).response.json();
        assert_eq!(answer["error"]["code"], -32600, "{answer}");
        assert_eq!(answer["id"], id, "{answer}");
        let text = answer["error"]["message"].as_str().expect("a message");
        assert!(text.starts_with(explanation), "{text}");
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_explained_in_words_of_the_protocol() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (modern, older) =
        (Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await);
    let prompt = json!({ "type": "ref/prompt", "name": "x" });
    let completion = "`completion/complete` needs `ref` with a `type`, and";
    let mut without_meta = modern.message("tools/list", json!({}));
    without_meta.body["params"]["_meta"] = json!("none");

    for (reply, explanation) in [
        (
            older
                .request("completion/complete", json!({ "ref": 7, "argument": { "name": "x", "value": "" } }))
                .await,
            completion,
        ),
        (older.request("completion/complete", json!({ "ref": prompt, "argument": 7 })).await, completion),
        (older.request("tools/call", json!({ "name": 7 })).await, "`name` must be a string."),
        (
            older.request("prompts/get", json!({ "name": "x", "arguments": { "tag": 7 } })).await,
            "Unknown prompt \"x\".",
        ),
        (
            older.request("tools/call", json!({ "name": "list_tasks", "arguments": [] })).await,
            "`arguments` must be an object.",
        ),
        (without_meta.send().await, "The `_meta` of each request must have the string io."),
    ] {
        let error = reply.error(-32602);
        let text = error["message"].as_str().expect("a message");
        assert!(text.starts_with(explanation), "{text}");
    }
}

#[tokio::test]
async fn a_notification_is_accepted_without_a_response() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (modern, older) =
        (Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await);
    for assistant in [&modern, &older] {
        for method in ["notifications/initialized", "notifications/cancelled", "notifications/no/such"] {
            let mut message = assistant.message(method, json!({}));
            message.body.as_object_mut().unwrap().remove("id");
            assert_eq!(message.send().await.status(202).response.text, "", "{method}");
        }
        let mut act = assistant.tool("add_task", json!({ "title": "nobody waits for it" }));
        act.body.as_object_mut().unwrap().remove("id");
        assert_eq!(act.send().await.status(202).response.text, "");
    }
    assert_eq!(ada.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_response_that_nobody_asked_for_is_accepted() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    for response in [
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": "x", "result": { "resultType": "complete", "roots": [] } }),
        json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "Unknown method" } }),
    ] {
        let reply = assistant.post_text(response.to_string()).await.status(202);
        assert_eq!(reply.response.text, "", "{response}");
    }
}

#[tokio::test]
async fn an_invalid_cursor_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            for cursor in [json!("nonsense"), json!("bm90aGluZw=="), json!("👋"), json!(7)] {
                assistant.request(method, json!({ "cursor": cursor })).await.error(-32602);
            }
        }
    }
}

#[tokio::test]
async fn an_invalid_call_of_a_tool_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (modern, older) =
        (Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await);
    for assistant in [&modern, &older] {
        for name in ["no_such_tool", "Add_Task"] {
            assistant.request("tools/call", json!({ "name": name, "arguments": {} })).await.error(-32602);
        }
        for arguments in [json!([]), json!("title"), json!(7)] {
            assistant
                .request("tools/call", json!({ "name": "list_tasks", "arguments": arguments }))
                .await
                .error(-32602);
        }
        assistant.request("tools/call", json!({ "name": "list_tasks" })).await.result();
    }
    older.request("tools/call", json!({ "arguments": {} })).await.error(-32602);
    older.request("tools/call", json!({ "name": 7 })).await.error(-32602);
}
