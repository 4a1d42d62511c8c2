use serde_json::{Value, json};
use tests::{App, Person};

/// Returns a client with a personal access token of the given scopes.
async fn with_scopes(ada: &Person, scopes: &[&str]) -> Person {
    let token = json!({ "name": "a script", "scopes": scopes });
    let made = ada.post("/api/auth/tokens", token).await.expect(201).json();
    let mut script = ada.clone();
    script.token = made["token"].as_str().unwrap().to_owned();
    script
}

#[tokio::test]
async fn a_token_is_shown_once_and_stored_as_a_fingerprint() {
    let app = App::start().await;
    let ada = app.guest().await;
    let new_token = json!({ "name": "backup", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z" });

    let made = ada.post("/api/auth/tokens", new_token).await.expect(201);
    let list = ada.get("/api/auth/tokens").await.expect(200);

    let mut listed = made.json();
    let token = listed.as_object_mut().unwrap().remove("token").unwrap();
    let token = token.as_str().unwrap();
    assert!(token.starts_with("tfp_") && token.len() > 60, "{token}");
    assert_eq!(list.json(), json!({ "items": [listed] }));
    assert_eq!((&listed["name"], &listed["scopes"]), (&json!("backup"), &json!(["read"])));
    let kept = app.database.rows("select * from app.tokens").await;
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].to_string().contains(token) && !kept[0].to_string().contains(&token[4..]), "{kept:?}");
}

#[tokio::test]
async fn a_read_only_token_changes_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("buy milk").await;
    let reader = with_scopes(&ada, &["read"]).await;

    assert_eq!(reader.titles("/api/tasks").await, ["buy milk"]);
    assert_eq!(reader.get("/api/auth/me").await.expect(200).id(), ada.id());
    reader.post("/api/tasks", json!({ "title": "not this" })).await.problem(403);

    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
}

#[tokio::test]
async fn a_write_only_token_reads_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let writer = with_scopes(&ada, &["write"]).await;

    let task = writer.task("buy milk").await;

    writer.get("/api/tasks").await.problem(403);
    writer.get(&task).await.problem(403);
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
}

#[tokio::test]
async fn a_write_only_token_creates_changes_and_stops_a_series() {
    let app = App::start().await;
    let ada = app.guest().await;
    let writer = with_scopes(&ada, &["write"]).await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-01-05" });
    let mut series = rule.clone();
    series["title"] = json!("water plants");

    let made = writer.post("/api/recurring-tasks", series).await.expect(201);
    let path = format!("/api/recurring-tasks/{}", made.id());
    let change = json!({ "title": "water ferns", "interval": 2 });
    let changed = writer.patch(&path, change.clone()).await.expect(200);
    assert_eq!((&changed.json()["title"], &changed.json()["interval"]), (&json!("water ferns"), &json!(2)));
    let outdated = writer.call("PATCH", &path).header("if-match", "\"1\"").json(&change);
    outdated.send().await.problem(412);
    writer.post(&format!("{path}/dismiss-missed"), json!({})).await.expect(200);
    writer.delete(&path).await.expect(204);
    let task = json!({ "title": "call mom", "due_date": "2031-01-05", "recurrence": rule });
    writer.create(task).await;

    for hidden in ["/api/recurring-tasks", &path] {
        writer.get(hidden).await.problem(403);
    }
    assert_eq!(ada.get(&path).await.expect(200).json()["status"], "ended");
    assert_eq!(ada.titles("/api/tasks").await, ["call mom", "water ferns"]);
}

#[tokio::test]
async fn a_read_only_token_creates_changes_and_stops_no_series() {
    let app = App::start().await;
    let ada = app.guest().await;
    let reader = with_scopes(&ada, &["read"]).await;
    let series = json!({ "title": "water plants", "frequency": "daily", "start_date": "2031-01-05" });
    let made = ada.post("/api/recurring-tasks", series.clone()).await.expect(201);
    let path = format!("/api/recurring-tasks/{}", made.id());
    let before = ada.get(&path).await.expect(200).json();

    reader.post("/api/recurring-tasks", series).await.problem(403);
    reader.patch(&path, json!({ "interval": 2 })).await.problem(403);
    reader.delete(&path).await.problem(403);

    assert_eq!(reader.get(&path).await.expect(200).json(), before);
    assert_eq!(ada.titles("/api/recurring-tasks").await, ["water plants"]);
}

#[tokio::test]
async fn a_token_with_both_scopes_does_both() {
    let app = App::start().await;
    let both = with_scopes(&app.guest().await, &["write", "read"]).await;

    let task = both.task("buy milk").await;

    assert_eq!(both.get(&task).await.expect(200).json()["title"], "buy milk");
}

#[tokio::test]
async fn a_token_cannot_manage_its_account() {
    let app = App::start().await;
    let ada = app.guest().await;
    let token = with_scopes(&ada, &["read", "write"]).await;
    let account = json!({ "email": "ada@example.com", "password": "a sample password" });

    for (method, path, body) in [
        ("GET", "/api/auth/tokens", Value::Null),
        ("POST", "/api/auth/tokens", json!({ "name": "another", "scopes": ["read"] })),
        ("DELETE", "/api/auth/tokens", Value::Null),
        ("GET", "/api/auth/sessions", Value::Null),
        ("DELETE", "/api/auth/sessions", Value::Null),
        ("PATCH", "/api/auth/me", json!({ "name": "Eve" })),
        (
            "PATCH",
            "/api/auth/me",
            json!({ "password": "another password", "current_password": "a sample guess" }),
        ),
        (
            "PATCH",
            "/api/auth/me",
            json!({ "email": "eve@example.com", "current_password": "a sample guess" }),
        ),
        ("POST", "/api/auth/confirm-email/resend", Value::Null),
        ("POST", "/api/auth/upgrade", account),
        ("POST", "/api/auth/logout", Value::Null),
    ] {
        let call = token.call(method, path);
        let call = if body.is_null() { call } else { call.json(&body) };
        let response = call.send().await;
        assert_eq!(response.status, 403, "{method} {path}: {response:?}");
    }

    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), ada.user);
    assert_eq!(
        ada.get("/api/auth/tokens").await.expect(200).json()["items"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn a_token_expires_at_its_time() {
    let app = App::start().await;
    let ada = app.guest().await;
    let token = with_scopes(&ada, &["read"]).await;
    token.get("/api/tasks").await.expect(200);

    app.database.change("update app.tokens set expires_at = now()").await;

    token.get("/api/tasks").await.problem(401);
    ada.get("/api/tasks").await.expect(200);
}

#[tokio::test]
async fn invalid_members_of_a_token_are_reported() {
    let app = App::start().await;
    let ada = app.guest().await;

    for (token, wrong) in [
        (json!({ "name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z" }), "/expires_at"),
        (json!({ "name": "x", "scopes": ["read"], "expires_at": "tomorrow" }), "/expires_at"),
        (json!({ "name": "x", "scopes": [] }), "/scopes"),
        (json!({ "name": "x", "scopes": "read" }), "/scopes"),
        (json!({ "name": "x" }), "/scopes"),
        (json!({ "name": "x", "scopes": ["read", "account"] }), "/scopes/1"),
        (json!({ "name": "x", "scopes": ["read", "read"] }), "/scopes/1"),
        (json!({ "scopes": ["read"] }), "/name"),
        (json!({ "name": "x", "scopes": ["read"], "admin": true }), "/admin"),
    ] {
        assert_eq!(ada.post("/api/auth/tokens", token.clone()).await.wrong_members(), [wrong], "{token}");
    }

    assert_eq!(ada.get("/api/auth/tokens").await.expect(200).json(), json!({ "items": [] }));
}

#[tokio::test]
async fn revoking_a_token_leaves_the_others_valid() {
    let app = App::start().await;
    let ada = app.guest().await;
    let kept = with_scopes(&ada, &["read"]).await;
    let made = ada.post("/api/auth/tokens", json!({ "name": "ended", "scopes": ["read"] })).await.expect(201);
    let mut ended = ada.clone();
    ended.token = made.json()["token"].as_str().unwrap().to_owned();
    ended.get("/api/tasks").await.expect(200);
    let path = format!("/api/auth/tokens/{}", made.id());

    ada.delete(&path).await.expect(204);

    ended.get("/api/tasks").await.problem(401);
    kept.get("/api/tasks").await.expect(200);
    ada.delete(&path).await.problem(404);
}

#[tokio::test]
async fn all_tokens_can_be_revoked_at_once_without_the_session() {
    let app = App::start().await;
    let (ada, bob) = (app.guest().await, app.guest().await);
    let (one, two) = (with_scopes(&ada, &["read"]).await, with_scopes(&ada, &["write", "read"]).await);
    let of_bob = with_scopes(&bob, &["read"]).await;

    ada.delete("/api/auth/tokens").await.expect(204);

    one.get("/api/tasks").await.problem(401);
    two.get("/api/tasks").await.problem(401);
    of_bob.get("/api/tasks").await.expect(200);
    assert_eq!(ada.get("/api/auth/tokens").await.expect(200).json(), json!({ "items": [] }));
}

#[tokio::test]
async fn tokens_of_another_user_cannot_be_listed_or_revoked() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let made =
        ada.post("/api/auth/tokens", json!({ "name": "of Ada", "scopes": ["read"] })).await.expect(201);

    eve.delete(&format!("/api/auth/tokens/{}", made.id())).await.problem(404);
    eve.delete("/api/auth/tokens/nonsense").await.problem(404);
    eve.delete("/api/auth/tokens").await.expect(204);

    assert_eq!(eve.get("/api/auth/tokens").await.expect(200).json(), json!({ "items": [] }));
    assert_eq!(ada.get("/api/auth/tokens").await.expect(200).json()["items"][0]["id"], made.id());
}

#[tokio::test]
async fn a_missing_scope_is_logged() {
    let app = App::start().await;
    let ada = app.guest().await;
    let reader = with_scopes(&ada, &["read"]).await;

    reader.post("/api/tasks", json!({ "title": "not this" })).await.problem(403);

    let query =
        "select topic, user_id, details ->> 'scope' as scope from app.outbox where type = 'access.denied'";
    let denied = json!({ "topic": "audit-events", "user_id": ada.id(), "scope": "write" });
    assert_eq!(app.database.rows(query).await, [denied]);
}
