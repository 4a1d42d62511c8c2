use serde_json::{Value, json};
use tests::{App, Person, Response};

use super::mails::{add_link, confirmed_account, mail_to, token, wait_until_sent};
use crate::events::{add_slow_trigger, poll_until, wait_for_slow_trigger};

const OLD: &str = "a sample password";
const NEW: &str = "another sample password";

async fn login(app: &App, email: &str, password: &str) -> Response {
    app.post("/api/auth/login", json!({ "email": email, "password": password })).await
}

async fn forget(app: &App, email: &str) -> Response {
    app.post("/api/auth/forgot-password", json!({ "email": email })).await
}

async fn reset(app: &App, token: &str, password: &str) -> Response {
    app.post("/api/auth/reset-password", json!({ "token": token, "password": password })).await
}

/// Returns clients of a user: another session, and a personal access token.
async fn other_clients(app: &App, person: &Person, email: &str) -> [Person; 2] {
    let session = app.person(&login(app, email, OLD).await.expect(200));
    let made =
        person.post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read"] })).await.expect(201);
    let mut script = person.clone();
    script.token = made.json()["token"].as_str().unwrap().to_owned();
    [session, script]
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_link_in_an_e_mail() {
    let app = App::with_events().await;
    let ada = confirmed_account(&app, "ada@example.com").await;
    let [session, script] = other_clients(&app, &ada, "ada@example.com").await;

    forget(&app, "ADA@example.com").await.expect(202);
    let mail = mail_to(&app, "ada@example.com", 2).await;
    login(&app, "ada@example.com", OLD).await.expect(200);
    reset(&app, &token(&mail), NEW).await.expect(204);

    assert_eq!(mail.subject, "Set a new password");
    login(&app, "ada@example.com", OLD).await.problem(401);
    login(&app, "ada@example.com", NEW).await.expect(200);
    for client in [&ada, &session, &script] {
        client.get("/api/tasks").await.problem(401);
    }
    reset(&app, &token(&mail), "a third sample password").await.problem(410);
    assert_eq!(mail_to(&app, "ada@example.com", 3).await.subject, "Your password was changed");
}

#[tokio::test]
async fn the_response_is_the_same_whether_there_is_an_account_or_not() {
    let app = App::with_events().await;
    confirmed_account(&app, "ada@example.com").await;
    app.confirmed_user("issued@example.com").await;
    let shown = |response: &Response| {
        let varies = ["x-correlation-id", "date", "ratelimit"];
        let kept = response.headers.iter().filter(|(name, _)| !varies.contains(&name.as_str()));
        let mut headers: Vec<_> = kept.map(|(name, value)| (name.to_string(), value.clone())).collect();
        headers.sort();
        (response.status, response.text.clone(), headers)
    };

    let known = forget(&app, "ada@example.com").await.expect(202);
    let unknown = forget(&app, "nobody@example.com").await;
    let without_password = forget(&app, "issued@example.com").await;

    assert_eq!((shown(&unknown), shown(&without_password)), (shown(&known), shown(&known)));
    mail_to(&app, "ada@example.com", 2).await;
    wait_until_sent(&app).await;
    assert_eq!(app.mails().len(), 2, "{:?}", app.mails());
}

#[tokio::test]
async fn an_address_that_is_not_confirmed_gets_no_link_that_sets_a_password() {
    let app = App::with_events().await;
    app.account("ada@example.com").await;
    mail_to(&app, "ada@example.com", 1).await;

    forget(&app, "ada@example.com").await.expect(202);

    let mail = mail_to(&app, "ada@example.com", 2).await;
    assert_eq!(mail.subject, "Confirm your e-mail address");
    reset(&app, &token(&mail), NEW).await.problem(410);
    app.post("/api/auth/confirm-email", json!({ "token": token(&mail) })).await.expect(204);
    forget(&app, "ada@example.com").await.expect(202);
    reset(&app, &token(&mail_to(&app, "ada@example.com", 3).await), NEW).await.expect(204);
    login(&app, "ada@example.com", NEW).await.expect(200);
}

#[tokio::test]
async fn nobody_can_flood_a_mailbox_with_links() {
    let app = App::with_events().await;
    confirmed_account(&app, "ada@example.com").await;
    for number in 2..=5 {
        forget(&app, "ada@example.com").await.expect(202);
        mail_to(&app, "ada@example.com", number).await;
    }

    forget(&app, "ada@example.com").await.expect(202);

    poll_until("the limit", async || {
        let hits = "select 1 from every_event where event ->> 'type' = 'limit.hit'";
        (!app.database.rows(hits).await.is_empty()).then_some(())
    })
    .await;
    wait_until_sent(&app).await;
    mail_to(&app, "ada@example.com", 5).await;
}

#[tokio::test]
async fn unknown_expired_and_malformed_tokens_set_no_password() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let expired = add_link(&app, &ada, "reset_password", "ada@example.com").await;
    app.database.change("update app.links set expires_at = now()").await;
    let of_another_purpose = add_link(&app, &ada, "confirm_email", "ada@example.com").await;
    let good = add_link(&app, &ada, "reset_password", "ada@example.com").await;

    for token in [expired, of_another_purpose, "0".repeat(64)] {
        reset(&app, &token, NEW).await.problem(410);
    }
    assert_eq!(reset(&app, "nonsense", "short").await.wrong_members(), ["/token", "/password"]);
    assert_eq!(reset(&app, &good, "short").await.wrong_members(), ["/password"]);

    login(&app, "ada@example.com", OLD).await.expect(200);
    reset(&app, &good, NEW).await.expect(204);
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions_and_all_tokens() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let [session, script] = other_clients(&app, &ada, "ada@example.com").await;
    let link = add_link(&app, &ada, "reset_password", "ada@example.com").await;

    let change = json!({ "name": "Ada", "password": NEW, "current_password": OLD });
    let changed = ada.patch("/api/auth/me", change).await.expect(200);

    assert_eq!(changed.json()["name"], "Ada");
    ada.get("/api/auth/me").await.expect(200);
    for client in [&session, &script] {
        client.get("/api/tasks").await.problem(401);
    }
    login(&app, "ada@example.com", OLD).await.problem(401);
    login(&app, "ada@example.com", NEW).await.expect(200);
    reset(&app, &link, OLD).await.problem(410);
}

#[tokio::test]
async fn the_password_changes_only_with_the_current_one() {
    let app = App::start().await;
    let (ada, guest) = (app.account("ada@example.com").await, app.guest().await);
    let session = app.person(&login(&app, "ada@example.com", OLD).await.expect(200));

    let wrong = json!({ "name": "Eve", "password": NEW, "current_password": "not that one" });
    ada.patch("/api/auth/me", wrong).await.problem(403);
    let missing = ada.patch("/api/auth/me", json!({ "name": "Eve", "password": NEW })).await;
    assert_eq!(missing.wrong_members(), ["/current_password"]);
    let short = ada.patch("/api/auth/me", json!({ "password": "short", "current_password": OLD })).await;
    assert_eq!(short.wrong_members(), ["/password"]);
    guest.patch("/api/auth/me", json!({ "password": NEW, "current_password": OLD })).await.problem(409);

    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), ada.user);
    session.get("/api/auth/me").await.expect(200);
    login(&app, "ada@example.com", OLD).await.expect(200);
    let query = "select user_id from app.outbox where type = 'auth.login_failed'";
    assert_eq!(app.database.rows(query).await, [json!({ "user_id": ada.id() })]);
}

#[tokio::test]
async fn a_sign_in_during_a_change_of_the_password_starts_no_session_that_lasts() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    add_slow_trigger(&app, "before insert on app.sessions for each row").await;
    let change = async {
        wait_for_slow_trigger(&app).await;
        let change = json!({ "password": NEW, "current_password": OLD });
        ada.patch("/api/auth/me", change).await.expect(200);
    };

    let (signed_in, ()) = tokio::join!(login(&app, "ada@example.com", OLD), change);

    let other = app.person(&signed_in.expect(200));
    other.get("/api/auth/me").await.problem(401);
    ada.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_sign_in_during_the_deletion_of_its_user_starts_no_session_that_lasts() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    add_slow_trigger(&app, "before insert on app.sessions for each row").await;
    let deletion = async {
        wait_for_slow_trigger(&app).await;
        ada.call("DELETE", "/api/auth/me").json(&json!({ "password": OLD })).send().await.expect(204);
    };

    let (signed_in, ()) = tokio::join!(login(&app, "ada@example.com", OLD), deletion);

    app.person(&signed_in.expect(200)).get("/api/auth/me").await.problem(401);
}

#[tokio::test]
async fn wrong_passwords_of_others_shut_out_neither_who_is_signed_in_nor_who_has_forgotten_the_password() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    for limit in ["sign-in", "sign-in-address", "sign-in-account"] {
        let change = format!("update app.limits set requests = 1, seconds = 600 where name = '{limit}'");
        app.database.change(&change).await;
    }
    login(&app, "ada@example.com", "not that one").await.problem(401);
    login(&app, "ada@example.com", OLD).await.problem(429);

    forget(&app, "ada@example.com").await.expect(202);
    let change = json!({ "password": NEW, "current_password": OLD });
    ada.patch("/api/auth/me", change).await.expect(200);
    ada.call("DELETE", "/api/auth/me").json(&json!({ "password": NEW })).send().await.expect(204);
}

#[tokio::test]
async fn guesses_of_the_current_password_are_limited() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    app.database.change("update app.limits set requests = 3, seconds = 600 where name = 'password'").await;
    let guess = json!({ "password": NEW, "current_password": "not that one" });
    for _ in 0..3 {
        ada.patch("/api/auth/me", guess.clone()).await.problem(403);
    }

    ada.patch("/api/auth/me", guess).await.problem(429);

    ada.patch("/api/auth/me", json!({ "name": "Ada" })).await.expect(200);
}

#[tokio::test]
async fn of_two_concurrent_changes_of_the_password_one_succeeds() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let change =
        |new: &'static str| ada.patch("/api/auth/me", json!({ "password": new, "current_password": OLD }));

    let (one, two) = tokio::join!(change(NEW), change("a third sample password"));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn no_response_repeats_a_password_or_a_token() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let token = add_link(&app, &ada, "reset_password", "ada@example.com").await;
    let bodies = [
        ada.patch("/api/auth/me", json!({ "password": NEW, "current_password": "not that one" })).await,
        reset(&app, &token, "short").await,
        reset(&app, &token, NEW).await,
        reset(&app, &token, NEW).await,
    ];

    for body in bodies {
        for secret in [NEW, "not that one", "short\"", token.as_str()] {
            assert!(!body.text.contains(secret), "{body:?}");
        }
    }
    let stored: Vec<Value> = app.database.rows("select users::text as whole from app.users").await;
    assert!(!format!("{stored:?}{:?}", app.logs()).contains(NEW));
}
