//! E-mails about an account, and the links in them.

use serde_json::json;
use sidecar::mail::Mail;
use tests::{App, Person};

use crate::events::poll_until;

/// Sends what waits, and returns the e-mails to an address, the oldest first, once there are that many.
pub async fn mails_to(app: &App, to: &str, count: usize) -> Vec<Mail> {
    poll_until(&format!("{count} e-mails to {to}"), async || {
        app.as_dapr("/internal/notifications/mail").send().await.expect(200);
        let mails: Vec<Mail> = app.mails().into_iter().filter(|mail| mail.to == to).collect();
        (mails.len() >= count).then_some(mails)
    })
    .await
}

/// Returns the newest e-mail to an address, which is the one with that number.
pub async fn mail_to(app: &App, to: &str, number: usize) -> Mail {
    let mut mails = mails_to(app, to, number).await;
    assert_eq!(mails.len(), number, "{mails:?}");
    mails.remove(number - 1)
}

/// Waits until every e-mail was sent.
pub async fn wait_until_sent(app: &App) {
    poll_until("the last e-mail", async || {
        app.as_dapr("/internal/notifications/mail").send().await.expect(200);
        app.database.rows("select 1 from app.mails").await.is_empty().then_some(())
    })
    .await;
}

/// Returns the link in an e-mail: the path with its query.
pub fn link(mail: &Mail) -> String {
    let link = mail.body.split('"').find(|part| part.contains("?token=")).expect("a link");
    link.strip_prefix("http://127.0.0.1:3000").expect("a page of TaskFlow").to_owned()
}

/// Returns the token of the link in an e-mail.
pub fn token(mail: &Mail) -> String {
    link(mail).split_once("?token=").expect("a token").1.to_owned()
}

/// Adds a link to the database, as if it had been sent, and returns its token.
pub async fn add_link(app: &App, person: &Person, purpose: &str, email: &str) -> String {
    let token = web::hex(&web::random::<32>());
    let add = format!(
        "insert into app.links (token_hash, user_id, purpose, email, expires_at)
         values ('{}', '{}', '{purpose}', '{email}', now() + interval '1 hour')",
        web::fingerprint(&token),
        person.id()
    );
    app.database.change(&add).await;
    token
}

/// Registers a user and confirms the address, by the link in the first e-mail to it.
pub async fn confirmed_account(app: &App, email: &str) -> Person {
    let person = app.account(email).await;
    let token = token(&mail_to(app, email, 1).await);
    app.post("/api/auth/confirm-email", json!({ "token": token })).await.expect(204);
    person
}
