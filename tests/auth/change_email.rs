use serde_json::{Value, json};
use tests::{App, Person, Response};

use super::mails::{add_link, confirmed_account, link, mail_to, token, wait_until_sent};

const PASSWORD: &str = "a sample password";

async fn change(person: &Person, email: &str) -> Response {
    person.patch("/api/auth/me", json!({ "email": email, "current_password": PASSWORD })).await
}

async fn confirm(app: &App, token: &str) -> Response {
    app.post("/api/auth/confirm-email", json!({ "token": token })).await
}

async fn login(app: &App, email: &str) -> Response {
    app.post("/api/auth/login", json!({ "email": email, "password": PASSWORD })).await
}

async fn me(person: &Person) -> Value {
    person.get("/api/auth/me").await.expect(200).json()
}

#[tokio::test]
async fn a_new_address_replaces_the_old_one_when_it_is_confirmed_and_the_old_one_is_told() {
    let app = App::with_events().await;
    let ada = confirmed_account(&app, "ada@example.com").await;

    let changed = change(&ada, "Ada@example.ORG").await.expect(200).json();

    assert_eq!((&changed["email"], &changed["email_verified"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!(changed["new_email"], "ada@example.org");
    let notice = mail_to(&app, "ada@example.com", 2).await;
    assert_eq!(notice.subject, "Your e-mail address is about to change");
    assert!(!notice.body.contains("example.org") && !notice.body.contains("token="), "{notice:?}");
    let mail = mail_to(&app, "ada@example.org", 1).await;
    assert_eq!(mail.subject, "Confirm your e-mail address");
    assert!(mail.body.contains("the account <b>ada@example.com</b>"), "{mail:?}");
    login(&app, "ada@example.org").await.problem(401);
    login(&app, "ada@example.com").await.expect(200);

    confirm(&app, &token(&mail)).await.expect(204);

    let now = me(&ada).await;
    assert_eq!((&now["email"], &now["email_verified"]), (&json!("ada@example.org"), &json!(true)));
    assert!(now.get("new_email").is_none(), "{now}");
    login(&app, "ada@example.org").await.expect(200);
    app.account("ada@example.com").await;
    confirm(&app, &token(&mail)).await.problem(410);
}

#[tokio::test]
async fn the_address_changes_only_with_the_current_password() {
    let app = App::start().await;
    let (ada, guest) = (app.account("ada@example.com").await, app.guest().await);

    let wrong = json!({ "email": "eve@example.com", "current_password": "not that one" });
    ada.patch("/api/auth/me", wrong).await.problem(403);
    let missing = ada.patch("/api/auth/me", json!({ "email": "eve@example.com" })).await;
    assert_eq!(missing.wrong_members(), ["/current_password"]);
    assert_eq!(change(&ada, "a,b@c.d").await.wrong_members(), ["/email"]);
    change(&guest, "eve@example.com").await.problem(409);

    assert_eq!(me(&ada).await, ada.user);
    assert_eq!(
        app.database.rows("select email from app.mails").await,
        [json!({ "email": "ada@example.com" })]
    );
}

#[tokio::test]
async fn an_address_that_is_not_confirmed_is_not_told_of_its_successor() {
    let app = App::with_events().await;
    let ada = app.account("adda@example.com").await;
    mail_to(&app, "adda@example.com", 1).await;

    change(&ada, "ada@example.com").await.expect(200);
    confirm(&app, &token(&mail_to(&app, "ada@example.com", 1).await)).await.expect(204);

    assert_eq!(me(&ada).await["email"], "ada@example.com");
    wait_until_sent(&app).await;
    mail_to(&app, "adda@example.com", 1).await;
}

#[tokio::test]
async fn an_address_of_another_account_is_not_taken_over() {
    let app = App::start().await;
    let (ada, ben) = (app.account("ada@example.com").await, app.confirmed_user("ben@example.com").await);

    change(&ada, "BEN@example.com").await.problem(409);
    change(&ada, "eve@example.com").await.expect(200);
    let token = add_link(&app, &ada, "confirm_email", "eve@example.com").await;
    app.confirmed_user("eve@example.com").await;
    confirm(&app, &token).await.problem(409);

    assert_eq!(me(&ada).await["email"], "ada@example.com");
    assert_eq!(me(&ben).await, ben.user);
}

#[tokio::test]
async fn an_address_goes_to_the_account_that_confirms_it_first() {
    let app = App::start().await;
    let (ada, eve) = (app.account("ada@example.com").await, app.account("new@example.com").await);
    let of_eve = add_link(&app, &eve, "confirm_email", "new@example.com").await;
    eve.task("of a stranger").await;
    change(&ada, "new@example.com").await.expect(200);
    let of_ada = add_link(&app, &ada, "confirm_email", "new@example.com").await;

    confirm(&app, &of_ada).await.expect(204);

    assert_eq!(me(&ada).await["email"], "new@example.com");
    login(&app, "new@example.com").await.expect(200);
    confirm(&app, &of_eve).await.problem(410);
    let now = me(&eve).await;
    assert_eq!((&now["guest"], &now["email"]), (&json!(true), &Value::Null), "{now}");
    assert_eq!(eve.titles("/api/tasks").await, ["of a stranger"], "it keeps its tasks");
}

#[tokio::test]
async fn a_later_change_replaces_an_earlier_one_and_the_current_address_withdraws_it() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    change(&ada, "first@example.com").await.expect(200);
    let first = add_link(&app, &ada, "confirm_email", "first@example.com").await;
    change(&ada, "second@example.com").await.expect(200);
    let second = add_link(&app, &ada, "confirm_email", "second@example.com").await;
    let current = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    confirm(&app, &first).await.problem(410);
    confirm(&app, &current).await.expect(204);
    assert_eq!(me(&ada).await["new_email"], "second@example.com");
    let back = change(&ada, "ada@example.com").await.expect(200).json();
    confirm(&app, &second).await.problem(410);

    assert!(back.get("new_email").is_none(), "{back}");
    assert_eq!((&back["email"], &back["email_verified"]), (&json!("ada@example.com"), &json!(true)));
    let waiting = app.database.rows("select email from app.mails where kind = 'confirm_email'").await;
    assert_eq!(waiting, [] as [Value; 0]);
}

#[tokio::test]
async fn a_new_password_withdraws_a_change_of_the_address() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let new = "another sample password";

    change(&ada, "eve@example.com").await.expect(200);
    let of_eve = add_link(&app, &ada, "confirm_email", "eve@example.com").await;
    let reset = add_link(&app, &ada, "reset_password", "ada@example.com").await;
    app.post("/api/auth/reset-password", json!({ "token": reset, "password": new })).await.expect(204);
    confirm(&app, &of_eve).await.problem(410);

    let session = app.post("/api/auth/login", json!({ "email": "ada@example.com", "password": new })).await;
    let ada = app.person(&session.expect(200));
    let both = json!({ "email": "eve@example.com", "password": PASSWORD, "current_password": new });
    let changed = ada.patch("/api/auth/me", both).await.expect(200).json();
    assert_eq!(changed["new_email"], "eve@example.com", "unless both change at once");
    let change = json!({ "password": new, "current_password": PASSWORD });
    let changed = ada.patch("/api/auth/me", change).await.expect(200).json();
    assert!(changed.get("new_email").is_none(), "{changed}");
}

#[tokio::test]
async fn links_to_the_old_address_are_void_when_it_is_replaced() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    change(&ada, "new@example.com").await.expect(200);
    let confirmation = add_link(&app, &ada, "confirm_email", "new@example.com").await;
    let reset = add_link(&app, &ada, "reset_password", "ada@example.com").await;

    confirm(&app, &confirmation).await.expect(204);

    let body = json!({ "token": reset, "password": "another sample password" });
    app.post("/api/auth/reset-password", body).await.problem(410);
    login(&app, "new@example.com").await.expect(200);
}

#[tokio::test]
async fn the_link_that_is_sent_again_is_that_of_the_new_address() {
    let app = App::with_events().await;
    let ada = confirmed_account(&app, "ada@example.com").await;
    change(&ada, "new@example.com").await.expect(200);
    mail_to(&app, "new@example.com", 1).await;

    ada.post("/api/auth/confirm-email/resend", json!({})).await.expect(202);

    assert!(link(&mail_to(&app, "new@example.com", 2).await).starts_with("/confirm-email?token="));
    wait_until_sent(&app).await;
    mail_to(&app, "ada@example.com", 2).await;
}
