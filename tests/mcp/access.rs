use serde_json::{Value, json};
use tests::{App, Person};

use super::assistant::{Assistant, OLDER};
use super::{NAMES, READING, Things, everything};
use crate::auth::jwt::{Issuer, claims, rs256};

const SITE: &str = "https://tasks.example.com";

/// Returns the same person with another token.
fn with_token(ada: &Person, token: &str) -> Person {
    let mut other = ada.clone();
    other.token = token.to_owned();
    other
}

/// Returns the same person with a personal access token of the given scopes.
async fn script(ada: &Person, scopes: &[&str]) -> Person {
    let made = ada.post("/api/auth/tokens", json!({ "name": "a script", "scopes": scopes })).await.expect(201).json();
    with_token(ada, made["token"].as_str().unwrap())
}

/// Asserts that the token is rejected.
async fn kept_out(person: &Person) {
    let assistant = Assistant::of(person);
    for reply in [
        assistant.request("server/discover", json!({})).await,
        assistant.hello(OLDER[0]).await,
        assistant.request("tools/call", json!({ "name": "list_tasks", "arguments": {} })).await,
        assistant.request("tools/call", json!({ "name": "add_task", "arguments": { "title": "not this" } })).await,
        assistant.request("resources/read", json!({ "uri": "taskflow://today" })).await,
    ] {
        reply.answer.problem(401);
        let challenge = reply.answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer ") && challenge.contains("resource_metadata=\"http"), "{challenge}");
    }
}

/// Asserts that the token lacks a scope for the tool, and that the client learns which.
async fn lacks(person: &Person, scope: &str, tool: &str, arguments: Value) {
    let reply = Assistant::of(person).tool(tool, arguments).send().await.status(403);
    let message = reply.error(-32600)["message"].as_str().unwrap().to_owned();
    assert!(message.contains(scope), "{message}");
    let challenge = reply.answer.header("www-authenticate");
    for part in ["Bearer ", "error=\"insufficient_scope\"", &format!("scope=\"{scope}\""), "resource_metadata=\""] {
        assert!(challenge.contains(part), "{part}: {challenge}");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_where_to_sign_in() {
    let app = App::with(&[("public_url", SITE)]).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    for authorization in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic YTpi")] {
        let call = app.call("POST", "/mcp").json(&list);
        let call = match authorization {
            Some(authorization) => call.header("authorization", authorization),
            None => call,
        };
        let answer = call.send().await;
        answer.problem(401);
        let challenge = answer.header("www-authenticate");
        let begin = format!("Bearer resource_metadata=\"{SITE}/.well-known/oauth-protected-resource/mcp\"");
        assert!(challenge.starts_with(&begin), "{challenge}");
    }
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let before = everything(&app).await;
    for token in ["nonsense", "tfp_nonsense", "a.b.c", &ada.token[1..]] {
        kept_out(&with_token(&ada, token)).await;
    }
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn where_to_get_tokens_is_told_to_anybody() {
    let issuer = Issuer::start().await;
    let (app, alone) = (issuer.app().await, App::with(&[("public_url", SITE)]).await);
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let mut told = json!({
            "resource": format!("{SITE}/mcp"), "scopes_supported": ["read", "write"],
            "bearer_methods_supported": ["header"], "resource_name": "TaskFlow",
        });
        assert_eq!(alone.get(path).await.expect(200).json(), told);
        told["resource"] = json!("http://127.0.0.1:3000/mcp");
        told["authorization_servers"] = json!(["https://issuer.example"]);
        let answer = app.get(path).await.expect(200);
        assert_eq!(answer.json(), told);
        assert!(answer.header("content-type").starts_with("application/json"), "{answer:?}");
    }
    alone.get("/.well-known/oauth-protected-resource/api").await.problem(404);
}

#[tokio::test]
async fn a_session_that_is_over_opens_nothing() {
    let app = App::start().await;
    let (revoked, over, ada) = (app.guest().await, app.guest().await, app.guest().await);
    for person in [&revoked, &over, &ada] {
        Assistant::of(person).call("list_tasks", json!({})).await.ok();
    }

    revoked.post("/api/auth/logout", json!({})).await.expect(204);
    kept_out(&revoked).await;
    let end = format!("update app.sessions set expires_at = now() where user_id = '{}'", over.id());
    app.database.change(&end).await;
    kept_out(&over).await;

    Assistant::of(&ada).call("list_tasks", json!({})).await.ok();
}

#[tokio::test]
async fn a_personal_access_token_opens_what_a_session_does_until_it_ends() {
    let app = App::start().await;
    let ada = app.guest().await;
    let both = script(&ada, &["read", "write"]).await;
    let assistant = Assistant::of(&both);

    assert_eq!(assistant.tools().await, NAMES);
    let task = assistant.call("add_task", json!({ "title": "buy milk" })).await.ok();
    assert_eq!(assistant.call("get_task", json!({ "task": "milk" })).await.ok(), task);
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);

    app.database.change("update app.tokens set expires_at = now()").await;
    kept_out(&both).await;
    let revoked = script(&ada, &["read", "write"]).await;
    ada.delete("/api/auth/tokens").await.expect(204);
    kept_out(&revoked).await;
}

#[tokio::test]
async fn who_may_only_read_sees_the_tools_that_only_look_and_can_call_no_other() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let reader = script(&ada, &["read"]).await;
    let assistant = Assistant::of(&reader);
    let before = everything(&app).await;

    assert_eq!(assistant.tools().await, READING);
    assert_eq!(Assistant::older("old", &reader, OLDER[0]).await.tools().await, READING);
    for (tool, arguments) in things.arguments() {
        if READING.contains(&tool) {
            assistant.call(tool, arguments).await.ok();
        } else {
            lacks(&reader, "write", tool, arguments).await;
        }
    }
    assistant.request("resources/read", json!({ "uri": "taskflow://today" })).await.result();

    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn who_may_only_write_is_shown_nothing_that_was_there() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let writer = script(&ada, &["write"]).await;

    Assistant::of(&writer).call("add_task", json!({ "title": "buy milk" })).await.ok();
    for (tool, arguments) in things.arguments() {
        if READING.contains(&tool) {
            lacks(&writer, "read", tool, arguments).await;
        }
    }
    let uri = format!("taskflow://task/{}", super::id(&things.task));
    let read = Assistant::of(&writer).request("resources/read", json!({ "uri": uri })).await.status(403);
    assert!(!read.answer.text.contains("call mom"), "{read:?}");
}

#[tokio::test]
async fn who_an_issuer_vouches_for_may_do_what_the_token_says() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let guest = app.guest().await;
    let scoped = |scope: Value| {
        let mut claims = claims("ada");
        claims["scope"] = scope;
        with_token(&guest, &rs256(&claims))
    };
    let add = json!({ "title": "buy milk" });
    let all = with_token(&guest, &rs256(&claims("ada")));

    for person in [&all, &scoped(json!("openid profile")), &scoped(json!("openid read write")), &scoped(json!(""))] {
        let assistant = Assistant::of(person);
        assert_eq!(assistant.tools().await, NAMES);
        assistant.call("add_task", add.clone()).await.ok();
    }
    let reader = scoped(json!("openid read"));
    assert_eq!(Assistant::of(&reader).tools().await, READING);
    assert_eq!(Assistant::of(&reader).call("list_tasks", json!({})).await.ok()["total"], 4);
    lacks(&reader, "write", "add_task", add.clone()).await;
    let writer = scoped(json!("write"));
    lacks(&writer, "read", "list_tasks", json!({})).await;
    Assistant::of(&writer).call("add_task", add).await.ok();

    assert_eq!(all.titles("/api/tasks").await, ["buy milk"; 5]);
    assert_eq!(guest.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn who_an_issuer_does_not_vouch_for_gets_nothing() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let guest = app.guest().await;
    for (member, wrong) in [("aud", "another-app"), ("iss", "https://evil.example")] {
        let mut claims = claims("ada");
        claims[member] = json!(wrong);
        kept_out(&with_token(&guest, &rs256(&claims))).await;
    }
}

#[tokio::test]
async fn nobody_sees_what_is_of_somebody_else() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let things = Things::of(&ada).await;
    super::tell(&app, &ada, &things.task).await;
    let assistant = Assistant::of(&eve);

    for tool in ["list_tasks", "list_recurring_tasks", "list_reminders", "list_notifications"] {
        assert_eq!(assistant.call(tool, json!({})).await.ok()["items"], json!([]), "{tool}");
    }
    for (tool, arguments) in [
        ("filter_tasks", json!({ "tags": ["family"] })),
        ("search_tasks", json!({ "search": "mom" })),
        ("sort_tasks", json!({ "sort_by": "title" })),
    ] {
        let list = assistant.call(tool, arguments).await.ok();
        assert_eq!((&list["items"], &list["total"]), (&json!([]), &json!(0)), "{tool}");
    }
}
