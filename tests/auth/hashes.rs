//! Passwords are hashed for known callers within their limits, and a few at a time.

use serde_json::{Value, json};
use tests::{App, Response};

use super::limits::set_limit;

/// Lets other requests have permits to hash a password: those that the condition selects, until a time.
async fn take_permits(app: &App, condition: &str, address: &str, until: &str) {
    let take = format!("set address = '{address}', until = {until} where {condition}");
    app.database.change(&format!("update app.hash_permits {take}")).await;
}

/// Lets other requests have all permits.
async fn take_all_permits(app: &App) {
    take_permits(app, "true", "203.0.113.1", "now() + interval '1 hour'").await;
}

fn account(email: &str) -> Value {
    json!({ "email": email, "password": "a sample password" })
}

async fn register(app: &App, email: &str) -> Response {
    app.post("/api/auth/register", account(email)).await
}

/// Asserts that the response asks the client to retry later, because no permit was free.
#[track_caller]
fn assert_overloaded(response: &Response) {
    assert_eq!(response.problem(503)["type"], "urn:taskflow:problem:overloaded");
    assert!(response.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0), "{response:?}");
}

#[tokio::test]
async fn no_password_is_hashed_for_an_unknown_caller_or_in_vain() {
    let app = App::start().await;
    let (ada, guest) = (app.account("ada@example.com").await, app.guest().await);
    take_all_permits(&app).await;

    let upgrade = app.call("POST", "/api/auth/upgrade").json(&account("new@example.com"));
    upgrade.header("authorization", "Bearer nonsense").send().await.problem(401);
    ada.post("/api/auth/upgrade", account("new@example.com")).await.problem(409);
    guest.post("/api/auth/upgrade", account("ADA@example.com")).await.problem(409);
    register(&app, "ADA@example.com").await.problem(409);

    assert_overloaded(&guest.post("/api/auth/upgrade", account("new@example.com")).await);
}

#[tokio::test]
async fn no_password_is_hashed_beyond_a_limit() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    let guest = app.guest().await;
    set_limit(&app, "sign-up", 1, 600).await;
    set_limit(&app, "sign-in", 1, 600).await;
    register(&app, "bob@example.com").await.expect(201);
    let wrong = json!({ "email": "ada@example.com", "password": "not that one" });
    app.post("/api/auth/login", wrong).await.problem(401);
    take_all_permits(&app).await;

    register(&app, "eve@example.com").await.problem(429);
    guest.post("/api/auth/upgrade", account("eve@example.com")).await.problem(429);
    app.post("/api/auth/login", account("ada@example.com")).await.problem(429);
}

#[tokio::test]
async fn without_a_free_permit_the_client_is_asked_to_retry() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    take_all_permits(&app).await;

    let (registered, known, unknown) = tokio::join!(
        register(&app, "bob@example.com"),
        app.post("/api/auth/login", account("ada@example.com")),
        app.post("/api/auth/login", account("nobody@example.com")),
    );

    [registered, known, unknown].iter().for_each(assert_overloaded);

    assert_eq!(app.database.rows("select email from app.users").await.len(), 1);
}

#[tokio::test]
async fn a_permit_that_is_never_released_ends_by_itself() {
    let app = App::start().await;
    take_permits(&app, "true", "203.0.113.1", "clock_timestamp() + interval '1 second'").await;

    register(&app, "ada@example.com").await.expect(201);
}

#[tokio::test]
async fn a_permit_is_released_whatever_the_outcome() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    app.guest().await.post("/api/auth/upgrade", account("bob@example.com")).await.expect(200);
    app.post("/api/auth/login", account("ada@example.com")).await.expect(200);
    for email in ["ada@example.com", "nobody@example.com"] {
        let wrong = json!({ "email": email, "password": "not that one" });
        app.post("/api/auth/login", wrong).await.problem(401);
    }

    let used = "select number from app.hash_permits where until > now()";
    assert_eq!(app.database.rows(used).await, Vec::<Value>::new());
    let claimed = "select number from app.hash_permits where holder is not null";
    assert_eq!(app.database.rows(claimed).await.len(), 1);
}

#[tokio::test]
async fn an_address_leaves_permits_to_others() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    take_permits(&app, "number = 1", "203.0.113.7", "now() + interval '1 hour'").await;
    let register_from = async |address: &str| {
        let call = app.call("POST", "/api/auth/register").header("x-forwarded-for", address);
        call.json(&account("ada@example.com")).send().await
    };

    assert_overloaded(&register_from("203.0.113.7").await);
    register_from("203.0.113.8").await.expect(201);
}
