use serde_json::{Value, json};
use tests::{App, Person};

/// Signs a user in with a browser.
async fn sign_in(app: &App, email: &str, browser: &str) -> Person {
    let credentials = json!({ "email": email, "password": "a sample password" });
    let call = app.call("POST", "/api/auth/login").header("user-agent", browser).json(&credentials);
    app.person(&call.send().await.expect(200))
}

async fn sessions(person: &Person) -> Vec<Value> {
    person.get("/api/auth/sessions").await.expect(200).json()["items"].as_array().cloned().unwrap()
}

/// Returns the id of the session that a person uses.
async fn current_session(person: &Person) -> String {
    let sessions = sessions(person).await;
    let current = sessions.iter().find(|session| session["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_list_of_sessions_marks_the_current_one() {
    let app = App::start().await;
    let desk = app.account("ada@example.com").await;
    app.account("bob@example.com").await;
    let phone = sign_in(&app, "ada@example.com", "a sample phone").await;

    let seen = sessions(&phone).await;

    let seen: Vec<_> = seen.iter().map(|session| (&session["user_agent"], &session["current"])).collect();
    assert_eq!(seen, [(&json!("a sample phone"), &json!(true)), (&Value::Null, &json!(false))]);
    assert_eq!(sessions(&desk).await[0]["current"], false);
    assert_ne!(current_session(&desk).await, current_session(&phone).await);
}

#[tokio::test]
async fn the_list_of_sessions_has_no_credentials() {
    let app = App::start().await;
    let ada = app.guest().await;
    let hash = app.database.rows("select token_hash from app.sessions").await[0]["token_hash"].clone();

    let text = ada.get("/api/auth/sessions").await.expect(200).text;

    assert!(!text.contains(&ada.token) && !text.contains(hash.as_str().unwrap()), "{text}");
}

#[tokio::test]
async fn revoking_a_session_leaves_the_others_signed_in() {
    let app = App::start().await;
    let desk = app.account("ada@example.com").await;
    let phone = sign_in(&app, "ada@example.com", "a sample phone").await;
    let path = format!("/api/auth/sessions/{}", current_session(&phone).await);

    desk.delete(&path).await.expect(204);

    phone.get("/api/auth/me").await.problem(401);
    assert_eq!(sessions(&desk).await.len(), 1);
    desk.delete(&path).await.problem(404);
}

#[tokio::test]
async fn signing_out_everywhere_else_keeps_the_current_session() {
    let app = App::start().await;
    let desk = app.account("ada@example.com").await;
    let bob = app.account("bob@example.com").await;
    let phone = sign_in(&app, "ada@example.com", "a sample phone").await;
    let tablet = sign_in(&app, "ada@example.com", "a sample tablet").await;

    phone.delete("/api/auth/sessions").await.expect(204);

    desk.get("/api/auth/me").await.problem(401);
    tablet.get("/api/auth/me").await.problem(401);
    assert_eq!(sessions(&phone).await.len(), 1);
    bob.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_session_of_another_user_cannot_be_revoked() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);

    eve.delete(&format!("/api/auth/sessions/{}", current_session(&ada).await)).await.problem(404);
    eve.delete("/api/auth/sessions/nonsense").await.problem(404);

    ada.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn an_expired_session_is_not_listed() {
    let app = App::start().await;
    let desk = app.account("ada@example.com").await;
    sign_in(&app, "ada@example.com", "a sample phone").await;

    let over = "update app.sessions set expires_at = now() where user_agent = 'a sample phone'";
    app.database.change(over).await;

    assert_eq!(sessions(&desk).await.len(), 1);
}
