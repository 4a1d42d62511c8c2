use serde_json::{Value, json};
use tests::App;

fn account(email: &str) -> Value {
    json!({ "email": email, "password": "a sample password" })
}

#[tokio::test]
async fn a_guest_becomes_an_account_without_losing_anything() {
    let app = App::start().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let task = ada.task("buy milk").await;
    let mut account_input = account("ada@example.com");
    account_input["name"] = json!("Ada");

    let upgraded = ada.post("/api/auth/upgrade", account_input).await.expect(200);

    let session = upgraded.json();
    assert_eq!(session["user"]["id"], ada.id());
    assert_eq!(session["user"]["guest"], false);
    assert_eq!(session["user"]["email"], "ada@example.com");
    assert_eq!(session["user"]["name"], "Ada");
    assert_eq!(session["user"]["timezone"], "Europe/Berlin");
    assert_eq!(app.person(&upgraded).get("/api/auth/me").await.expect(200).json(), session["user"]);
    let again = app.person(&app.post("/api/auth/login", account("ada@example.com")).await.expect(200));
    assert_eq!(again.id(), ada.id());
    assert_eq!(again.get(&task).await.expect(200).json()["title"], "buy milk");
}

#[tokio::test]
async fn an_upgrade_starts_a_new_session_and_ends_that_of_the_guest() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let guest = app.person(&session);
    let (cookie, _) = session.header("set-cookie").split_once(';').unwrap();

    let call = app.call("POST", "/api/auth/upgrade").header("cookie", cookie);
    let upgraded = call.json(&account("ada@example.com")).send().await.expect(200);

    let ada = app.person(&upgraded);
    assert_ne!(ada.token, guest.token);
    let (new_cookie, _) = upgraded.header("set-cookie").split_once(';').unwrap();
    assert_eq!(new_cookie, format!("taskflow_session={}", ada.token));
    guest.get("/api/auth/me").await.problem(401);
    app.call("GET", "/api/auth/me").header("cookie", cookie).send().await.problem(401);
    app.call("GET", "/api/auth/me").header("cookie", new_cookie).send().await.expect(200);
    let sessions = ada.get("/api/auth/sessions").await.expect(200).json();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(sessions["items"][0]["current"], true);
    assert_eq!(sessions["items"][0]["expires_at"], upgraded.json()["expires_at"]);
}

#[tokio::test]
async fn an_upgrade_ends_the_personal_access_tokens_of_the_guest() {
    let app = App::start().await;
    let guest = app.guest().await;
    let new_token = json!({ "name": "script", "scopes": ["read", "write"] });
    let made = guest.post("/api/auth/tokens", new_token).await.expect(201).json();
    let mut of_token = guest.clone();
    of_token.token = made["token"].as_str().unwrap().to_owned();
    of_token.get("/api/tasks").await.expect(200);

    let ada = app.person(&guest.post("/api/auth/upgrade", account("ada@example.com")).await.expect(200));

    of_token.get("/api/tasks").await.problem(401);
    let tokens = ada.get("/api/auth/tokens").await.expect(200).json();
    assert_eq!(tokens["items"], json!([]));
}

#[tokio::test]
async fn an_upgrade_that_fails_keeps_the_session_of_the_guest() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    let guest = app.guest().await;

    let refused = guest.post("/api/auth/upgrade", account("ada@example.com")).await;

    refused.problem(409);
    assert_eq!(refused.header("set-cookie"), "");
    guest.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_guest_cannot_take_the_address_of_an_account() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    let eve = app.guest().await;

    eve.post("/api/auth/upgrade", account("ADA@example.com")).await.problem(409);

    assert_eq!(eve.get("/api/auth/me").await.expect(200).json(), eve.user);
}

#[tokio::test]
async fn an_account_is_not_upgraded_again() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;

    ada.post("/api/auth/upgrade", account("other@example.com")).await.problem(409);

    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), ada.user);
    app.post("/api/auth/login", account("ada@example.com")).await.expect(200);
    app.post("/api/auth/login", account("other@example.com")).await.problem(401);
}

#[tokio::test]
async fn of_two_concurrent_upgrades_one_succeeds() {
    let app = App::start().await;
    let ada = app.guest().await;

    let (one, two) = tokio::join!(
        ada.post("/api/auth/upgrade", account("one@example.com")),
        ada.post("/api/auth/upgrade", account("two@example.com")),
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    // The first one has ended the session of the second one, or has made it an account's.
    assert!(matches!(statuses, [200, 401 | 409]), "{statuses:?}");
}

#[tokio::test]
async fn invalid_members_of_an_upgrade_are_reported() {
    let app = App::start().await;
    let guest = app.guest().await;

    let response =
        guest.post("/api/auth/upgrade", json!({ "email": "ada", "password": "short", "guest": false })).await;

    let mut wrong = response.wrong_members();
    wrong.sort();
    assert_eq!(wrong, ["/email", "/guest", "/password"]);
    app.post("/api/auth/upgrade", account("ada@example.com")).await.problem(401);
}

#[tokio::test]
async fn a_user_updates_their_profile() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let change = json!({ "name": " Ada ", "timezone": "europe/berlin", "email_reminders": true });

    let changed = ada.patch("/api/auth/me", change).await.expect(200).json();

    assert_eq!(changed["name"], "Ada");
    assert_eq!(changed["timezone"], "Europe/Berlin");
    assert_eq!(changed["email_reminders"], true);
    assert_eq!(changed["email"], "ada@example.com");
    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), changed);
}

#[tokio::test]
async fn omitted_members_stay_and_null_clears_the_name() {
    let app = App::start().await;
    let ada = app.guest_in("Europe/Berlin").await;
    ada.patch("/api/auth/me", json!({ "name": "Ada", "email_reminders": true })).await.expect(200);

    let unchanged = ada.patch("/api/auth/me", json!({})).await.expect(200).json();
    assert_eq!(unchanged["name"], "Ada");
    assert_eq!(unchanged["timezone"], "Europe/Berlin");
    assert_eq!(unchanged["email_reminders"], true);

    let cleared = ada.patch("/api/auth/me", json!({ "name": null })).await.expect(200).json();
    assert!(cleared.get("name").is_none(), "{cleared}");
    assert_eq!(cleared["email_reminders"], true);
}

#[tokio::test]
async fn invalid_and_read_only_members_of_a_profile_are_reported() {
    let app = App::start().await;
    let ada = app.guest().await;

    for (change, wrong) in [
        (json!({ "admin": true }), "/admin"),
        (json!({ "email_verified": true }), "/email_verified"),
        (json!({ "email": null }), "/email"),
        (json!({ "password": null }), "/password"),
        (json!({ "timezone": "Mars/Olympus" }), "/timezone"),
        (json!({ "timezone": null }), "/timezone"),
        (json!({ "email_reminders": "yes" }), "/email_reminders"),
        (json!({ "email_reminders": null }), "/email_reminders"),
        (json!({ "name": "" }), "/name"),
    ] {
        assert_eq!(ada.patch("/api/auth/me", change.clone()).await.wrong_members(), [wrong], "{change}");
    }

    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), ada.user);
}
