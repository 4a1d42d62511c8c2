use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, Response};

use super::limits::set_limit;
use super::mails::{add_link, mail_to, mails_to, token, wait_until_sent};
use crate::events::poll_until;

async fn confirm(app: &App, token: &str) -> Response {
    app.post("/api/auth/confirm-email", json!({ "token": token })).await
}

async fn is_verified(person: &Person) -> Value {
    person.get("/api/auth/me").await.expect(200).json()["email_verified"].clone()
}

#[tokio::test]
async fn the_link_in_the_first_e_mail_confirms_the_address_of_a_new_account() {
    let app = App::with_events().await;
    let ada = app.account("ada@example.com").await;
    assert_eq!(ada.user["email_verified"], false);

    let mail = mail_to(&app, "ada@example.com", 1).await;
    assert_eq!(is_verified(&ada).await, false, "it is sent, and not followed yet");
    confirm(&app, &token(&mail)).await.expect(204);

    assert_eq!(mail.subject, "Confirm your e-mail address");
    assert_eq!(is_verified(&ada).await, true);
    confirm(&app, &token(&mail)).await.problem(410);
    ada.post("/api/auth/confirm-email/resend", json!({})).await.problem(409);
}

#[tokio::test]
async fn the_e_mail_with_the_link_names_the_account_by_its_address_and_has_no_other_text_of_the_user() {
    let app = App::with_events().await;
    let account = json!({ "email": "ada@example.com", "password": "a sample password",
                          "name": "Visit spam.example" });

    app.post("/api/auth/register", account).await.expect(201);

    let mail = mail_to(&app, "ada@example.com", 1).await;
    assert!(mail.body.contains("the account <b>ada@example.com</b>"), "{mail:?}");
    assert!(!format!("{mail:?}").contains("spam"), "{mail:?}");
}

#[tokio::test]
async fn a_guest_who_becomes_an_account_confirms_the_address_too() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    ada.post("/api/auth/confirm-email/resend", json!({})).await.problem(409);
    let account = json!({ "email": "ada@example.com", "password": "a sample password" });
    let ada = app.person(&ada.post("/api/auth/upgrade", account).await.expect(200));
    assert_eq!(ada.user["email_verified"], false);

    confirm(&app, &token(&mail_to(&app, "ada@example.com", 1).await)).await.expect(204);

    assert_eq!(is_verified(&ada).await, true);
}

#[tokio::test]
async fn nothing_but_the_link_is_sent_to_an_address_that_is_not_confirmed() {
    let app = App::with_events().await;
    let (ada, ben) = (app.account("ada@example.com").await, app.confirmed_user("ben@example.com").await);
    for person in [&ada, &ben] {
        person.patch("/api/auth/me", json!({ "email_reminders": true })).await.expect(200);
        let soon = domain::rfc3339_from_ms(web::now_ms() + 2000);
        person.create(json!({ "title": "call mom", "reminders": [{ "at": soon }] })).await;
    }

    mails_to(&app, "ben@example.com", 1).await;

    poll_until("the reminder in TaskFlow", async || {
        let notifications = ada.get("/api/notifications").await.expect(200).json();
        (notifications["items"][0]["title"] == "call mom").then_some(())
    })
    .await;
    wait_until_sent(&app).await;
    assert_eq!(mail_to(&app, "ada@example.com", 1).await.subject, "Confirm your e-mail address");
}

#[tokio::test]
async fn a_link_is_sent_again_a_few_times_and_each_of_them_works() {
    let app = App::with_events().await;
    let ada = app.account("ada@example.com").await;
    let mails = app.database.rows("select requests from app.limits where name = 'link'").await;
    let most = mails[0]["requests"].as_u64().unwrap() as usize;
    let first = mail_to(&app, "ada@example.com", 1).await;
    for number in 2..=most {
        ada.post("/api/auth/confirm-email/resend", json!({})).await.expect(202);
        mail_to(&app, "ada@example.com", number).await;
    }

    let refused = ada.post("/api/auth/confirm-email/resend", json!({})).await;

    refused.problem(429);
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 60), "{refused:?}");
    wait_until_sent(&app).await;
    let mails = mails_to(&app, "ada@example.com", most).await;
    assert_eq!(mails.len(), most);
    confirm(&app, &token(&first)).await.expect(204);
    assert_eq!(is_verified(&ada).await, true);
    confirm(&app, &token(&mails[most - 1])).await.problem(410);
}

/// Changes the address of an account, or withdraws the change.
async fn change_address(person: &Person, email: &str) -> Response {
    let change = json!({ "email": email, "current_password": "a sample password" });
    person.patch("/api/auth/me", change).await.expect(200)
}

/// Returns the addresses whose link waits to be sent.
async fn waiting_links(app: &App) -> Vec<Value> {
    let waiting = "select email from app.mails where kind = 'confirm_email' order by email";
    app.database.rows(waiting).await.into_iter().map(|mail| mail["email"].clone()).collect()
}

#[tokio::test]
async fn links_that_somebody_else_withdraws_do_not_keep_the_owner_of_an_address_from_getting_one() {
    let app = App::start().await;
    let eve = app.account("eve@example.com").await;
    set_limit(&app, "link-address", 3, 3600).await;
    for _ in 0..4 {
        change_address(&eve, "ada@example.com").await;
        change_address(&eve, "eve@example.com").await;
    }
    change_address(&eve, "ada@example.com").await;
    app.account("eva@example.com").await;
    eve.call("DELETE", "/api/auth/me")
        .json(&json!({ "password": "a sample password" }))
        .send()
        .await
        .expect(204);

    let account = json!({ "email": "ada@example.com", "password": "a sample password" });
    let session = app.post("/api/auth/register", account).await.expect(201).json();

    assert!(session.get("link_retry_after").is_none(), "{session}");
    assert_eq!(waiting_links(&app).await, ["ada@example.com", "eva@example.com"]);
}

#[tokio::test]
async fn links_that_somebody_else_has_sent_to_an_address_leave_some_to_its_owner() {
    let app = App::start().await;
    let eve = app.account("eve@example.com").await;
    set_limit(&app, "link", 2, 3600).await;
    change_address(&eve, "ada@example.com").await;
    // As if it had been sent.
    app.database.change("delete from app.mails").await;
    eve.post("/api/auth/confirm-email/resend", json!({})).await.expect(202);
    app.database.change("delete from app.mails").await;
    eve.post("/api/auth/confirm-email/resend", json!({})).await.problem(429);

    let ada = app.account("ada@example.com").await;
    assert_eq!(waiting_links(&app).await, ["ada@example.com"]);
    app.database.change("delete from app.mails").await;
    ada.post("/api/auth/confirm-email/resend", json!({})).await.expect(202);
}

#[tokio::test]
async fn a_new_account_is_told_when_its_link_cannot_be_sent_yet() {
    let app = App::start().await;
    let eve = app.account("eve@example.com").await;
    set_limit(&app, "link-address", 1, 3600).await;
    for (path, email) in [("register", "ada@example.com"), ("upgrade", "ben@example.com")] {
        change_address(&eve, email).await;
        app.database.change("delete from app.mails").await;
        let guest = app.guest().await;
        let account = json!({ "email": email, "password": "a sample password" });

        let begun = guest.post(&format!("/api/auth/{path}"), account).await;

        let session = begun.json();
        let wait = session["link_retry_after"].as_u64().unwrap_or_else(|| panic!("{begun:?}"));
        assert!((1..=3600).contains(&wait), "{session}");
        assert_eq!(waiting_links(&app).await, [] as [Value; 0]);
        let person = app.person(&begun);
        for _ in 0..6 {
            let refused = person.post("/api/auth/confirm-email/resend", json!({})).await;
            refused.problem(429);
            assert!(
                refused.header("retry-after").parse::<u64>().is_ok_and(|again| again <= wait),
                "{refused:?}"
            );
        }
        app.database
            .change("update app.buckets set since = since - 3600 where key like 'link-address %'")
            .await;
        person.post("/api/auth/confirm-email/resend", json!({})).await.expect(202);
    }
}

#[tokio::test]
async fn a_link_confirms_the_address_of_its_own_account_only() {
    let app = App::start().await;
    let (ada, ben) = (app.account("ada@example.com").await, app.account("ben@example.com").await);
    let token = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    confirm(&app, &token).await.expect(204);

    assert_eq!((is_verified(&ada).await, is_verified(&ben).await), (json!(true), json!(false)));
}

#[tokio::test]
async fn unknown_expired_and_malformed_tokens_confirm_nothing() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let expired = add_link(&app, &ada, "confirm_email", "ada@example.com").await;
    app.database.change("update app.links set expires_at = now()").await;
    let of_another = add_link(&app, &ada, "confirm_email", "former@example.com").await;

    for token in [expired, of_another, "0".repeat(64)] {
        confirm(&app, &token).await.problem(410);
    }
    for token in ["", "nonsense", &"0".repeat(65), &"F".repeat(64)] {
        assert_eq!(confirm(&app, token).await.wrong_members(), ["/token"], "{token}");
    }

    assert_eq!(is_verified(&ada).await, false);
}

#[tokio::test]
async fn of_two_concurrent_uses_of_a_link_one_succeeds() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let token = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    let (one, two) = tokio::join!(confirm(&app, &token), confirm(&app, &token));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410]);
}

#[tokio::test]
async fn the_token_of_a_link_is_in_the_e_mail_only() {
    let app = App::with_events().await;
    app.account("ada@example.com").await;

    let token = token(&mail_to(&app, "ada@example.com", 1).await);

    let links = app.database.rows("select * from app.links").await;
    assert_eq!((links.len(), &links[0]["token_hash"]), (1, &json!(web::fingerprint(&token))));
    let others =
        "select json_agg(event) as all from every_event union all select json_agg(m) from app.mails m";
    let others = app.database.rows(others).await;
    assert!(!format!("{links:?} {others:?} {:?}", app.logs()).contains(&token));
}

#[tokio::test]
async fn expired_links_are_deleted_by_housekeeping() {
    let app = App::with(&[("app_api_token", DAPR_TOKEN)]).await;
    let ada = app.account("ada@example.com").await;
    add_link(&app, &ada, "confirm_email", "ada@example.com").await;
    app.database.change("update app.links set expires_at = now()").await;
    let kept = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    app.as_dapr("/internal/housekeeping").send().await.expect(200);

    let links = app.database.rows("select token_hash from app.links").await;
    assert_eq!(links, [json!({ "token_hash": web::fingerprint(&kept) })]);
}
