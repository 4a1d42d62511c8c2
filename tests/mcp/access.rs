use serde_json::{Value, json};
use tests::{App, Person};

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::{READ_ONLY, TOOL_NAMES, Things, snapshot};
use crate::auth::jwt::{Issuer, claims, rs256};

const SITE: &str = "https://tasks.example.com";

/// Returns the same person with another token.
fn with_token(ada: &Person, token: &str) -> Person {
    let mut other = ada.clone();
    other.token = token.to_owned();
    other
}

/// Returns the same person with a personal access token of the given scopes.
async fn with_scopes(ada: &Person, scopes: &[&str]) -> Person {
    let made = ada
        .post("/api/auth/tokens", json!({ "name": "a script", "scopes": scopes }))
        .await
        .expect(201)
        .json();
    with_token(ada, made["token"].as_str().unwrap())
}

/// Asserts that the token is rejected, whatever the message is.
async fn assert_rejected(person: &Person) {
    let assistant = Assistant::of(person);
    let mut replies = vec![assistant.initialize(HANDSHAKE_REVISIONS[0]).await];
    for (method, params) in [
        ("server/discover", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({ "name": "list_tasks", "arguments": {} })),
        ("tools/call", json!({ "name": "add_task", "arguments": { "title": "not this" } })),
        ("tools/call", json!({ "name": "add_task", "arguments": { "title": 7 } })),
        ("tools/call", json!({ "name": "add_task", "arguments": { "idempotency_key": 7 } })),
        ("tools/call", json!({ "name": "no_such_tool" })),
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "plan_my_day" })),
        ("prompts/get", json!({ "name": "no_such_prompt" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "taskflow://today" })),
        ("resources/read", json!({ "uri": "taskflow://nothing" })),
        ("completion/complete", json!({})),
        ("no/such", json!({})),
    ] {
        replies.push(assistant.request(method, params).await);
    }
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "cursor": "nonsense" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
        json!("nonsense"),
    ] {
        replies.push(assistant.post_text(message.to_string()).await);
    }
    for reply in replies {
        reply.response.problem(401);
        let challenge = reply.response.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("resource_metadata=\"http"),
            "{challenge}"
        );
    }
}

/// Asserts that the token lacks a scope for the tool, and that the client learns which.
async fn assert_scope_missing(person: &Person, scope: &str, tool: &str, arguments: Value) {
    let reply = Assistant::of(person).tool(tool, arguments).send().await.status(403);
    let message = reply.error(-32600)["message"].as_str().unwrap().to_owned();
    assert!(message.contains(scope), "{message}");
    let challenge = reply.response.header("www-authenticate");
    for part in
        ["Bearer ", "error=\"insufficient_scope\"", &format!("scope=\"{scope}\""), "resource_metadata=\""]
    {
        assert!(challenge.contains(part), "{part}: {challenge}");
    }
}

#[tokio::test]
async fn an_anonymous_client_learns_where_to_sign_in() {
    let app = App::with(&[("public_url", SITE)]).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    for authorization in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic YTpi")] {
        let call = app.call("POST", "/mcp").json(&list);
        let call = match authorization {
            Some(authorization) => call.header("authorization", authorization),
            None => call,
        };
        let response = call.send().await;
        response.problem(401);
        let challenge = response.header("www-authenticate");
        let begin = format!("Bearer resource_metadata=\"{SITE}/.well-known/oauth-protected-resource/mcp\"");
        assert!(challenge.starts_with(&begin), "{challenge}");
    }
}

#[tokio::test]
async fn an_invalid_token_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let before = snapshot(&app).await;
    for token in ["nonsense", "tfp_nonsense", "a.b.c", &ada.token[1..]] {
        assert_rejected(&with_token(&ada, token)).await;
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn the_authorization_metadata_is_public() {
    let issuer = Issuer::start().await;
    let (app, alone) = (issuer.app().await, App::with(&[("public_url", SITE)]).await);
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let mut expected = json!({
            "resource": format!("{SITE}/mcp"), "scopes_supported": ["read", "write"],
            "bearer_methods_supported": ["header"], "resource_name": "TaskFlow",
        });
        assert_eq!(alone.get(path).await.expect(200).json(), expected);
        expected["resource"] = json!("http://127.0.0.1:3000/mcp");
        expected["authorization_servers"] = json!(["https://issuer.example"]);
        let response = app.get(path).await.expect(200);
        assert_eq!(response.json(), expected);
        assert!(response.header("content-type").starts_with("application/json"), "{response:?}");
    }
    alone.get("/.well-known/oauth-protected-resource/api").await.problem(404);
}

#[tokio::test]
async fn an_expired_session_is_rejected() {
    let app = App::start().await;
    let (revoked, over, ada) = (app.guest().await, app.guest().await, app.guest().await);
    for person in [&revoked, &over, &ada] {
        Assistant::of(person).call("list_tasks", json!({})).await.success();
    }

    revoked.post("/api/auth/logout", json!({})).await.expect(204);
    assert_rejected(&revoked).await;
    let end = format!("update app.sessions set expires_at = now() where user_id = '{}'", over.id());
    app.database.change(&end).await;
    assert_rejected(&over).await;

    Assistant::of(&ada).call("list_tasks", json!({})).await.success();
}

#[tokio::test]
async fn a_personal_access_token_works_like_a_session_until_it_is_revoked() {
    let app = App::start().await;
    let ada = app.guest().await;
    let both = with_scopes(&ada, &["read", "write"]).await;
    let assistant = Assistant::of(&both);

    assert_eq!(assistant.tools().await, TOOL_NAMES);
    let task = assistant.call("add_task", json!({ "title": "buy milk" })).await.success();
    assert_eq!(assistant.call("get_task", json!({ "task": "milk" })).await.success(), task);
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);

    app.database.change("update app.tokens set expires_at = now()").await;
    assert_rejected(&both).await;
    let revoked = with_scopes(&ada, &["read", "write"]).await;
    ada.delete("/api/auth/tokens").await.expect(204);
    assert_rejected(&revoked).await;
}

#[tokio::test]
async fn a_read_only_token_lists_and_calls_only_tools_that_read() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let reader = with_scopes(&ada, &["read"]).await;
    let assistant = Assistant::of(&reader);
    let before = snapshot(&app).await;

    assert_eq!(assistant.tools().await, READ_ONLY);
    assert_eq!(
        Assistant::with_revision("old", &reader, HANDSHAKE_REVISIONS[0]).await.tools().await,
        READ_ONLY
    );
    for (tool, arguments) in things.arguments() {
        if READ_ONLY.contains(&tool) {
            assistant.call(tool, arguments).await.success();
        } else {
            assert_scope_missing(&reader, "write", tool, arguments).await;
        }
    }
    assistant.request("resources/read", json!({ "uri": "taskflow://today" })).await.result();

    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_write_only_token_reads_no_existing_data() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let writer = with_scopes(&ada, &["write"]).await;
    let writing: Vec<&str> = TOOL_NAMES.into_iter().filter(|tool| !READ_ONLY.contains(tool)).collect();

    Assistant::of(&writer).request("server/discover", json!({})).await.result();
    for assistant in
        [Assistant::of(&writer), Assistant::with_revision("old", &writer, HANDSHAKE_REVISIONS[0]).await]
    {
        assert_eq!(assistant.tools().await, writing);
    }
    Assistant::of(&writer).call("add_task", json!({ "title": "buy milk" })).await.success();
    for (tool, arguments) in things.arguments() {
        if READ_ONLY.contains(&tool) {
            assert_scope_missing(&writer, "read", tool, arguments).await;
        }
    }
    let uri = format!("taskflow://task/{}", super::id(&things.task));
    let read = Assistant::of(&writer).request("resources/read", json!({ "uri": uri })).await.status(403);
    assert!(!read.response.text.contains("call mom"), "{read:?}");
}

#[tokio::test]
async fn a_token_of_an_issuer_permits_its_scopes() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let guest = app.guest().await;
    let scoped = |scope: Value| {
        let mut claims = claims("ada");
        claims["scope"] = scope;
        with_token(&guest, &rs256(&claims))
    };
    let add = json!({ "title": "buy milk" });

    let both = scoped(json!("openid read write"));
    assert_eq!(Assistant::of(&both).tools().await, TOOL_NAMES);
    Assistant::of(&both).call("add_task", add.clone()).await.success();
    for scope in [json!("openid read"), json!("openid profile"), json!(""), Value::Null] {
        let reader = scoped(scope);
        assert_eq!(Assistant::of(&reader).tools().await, READ_ONLY);
        assert_eq!(Assistant::of(&reader).call("list_tasks", json!({})).await.success()["total"], 1);
        assert_scope_missing(&reader, "write", "add_task", add.clone()).await;
    }
    let writer = scoped(json!("write"));
    assert_scope_missing(&writer, "read", "list_tasks", json!({})).await;
    Assistant::of(&writer).call("add_task", add).await.success();

    assert_eq!(both.titles("/api/tasks").await, ["buy milk"; 2]);
    assert_eq!(guest.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_token_of_another_issuer_or_audience_is_rejected() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let guest = app.guest().await;
    for (member, wrong) in [("aud", "another-app"), ("iss", "https://evil.example")] {
        let mut claims = claims("ada");
        claims[member] = json!(wrong);
        assert_rejected(&with_token(&guest, &rs256(&claims))).await;
    }
}

#[tokio::test]
async fn data_of_another_user_is_invisible() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let things = Things::of(&ada).await;
    super::notify(&app, &ada, &things.task).await;
    let assistant = Assistant::of(&eve);

    for tool in ["list_tasks", "list_recurring_tasks", "list_reminders", "list_notifications"] {
        assert_eq!(assistant.call(tool, json!({})).await.success()["items"], json!([]), "{tool}");
    }
    for (tool, arguments) in [
        ("filter_tasks", json!({ "tags": ["family"] })),
        ("search_tasks", json!({ "search": "mom" })),
        ("sort_tasks", json!({ "sort_by": "title" })),
    ] {
        let list = assistant.call(tool, arguments).await.success();
        assert_eq!((&list["items"], &list["total"]), (&json!([]), &json!(0)), "{tool}");
    }
}
