//! Failed mail is retried until it is given up, and delays no other mail.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

use super::smtp::{Fault, MailServer};
use super::{
    MAIL, all_came, behind, came, current, due, in_order, many, notifications, path_of, reader, task_of, tasks_of,
    text, tick,
};
use crate::events::until;

async fn world() -> (MailServer, App) {
    let server = MailServer::start().await;
    let app = App::with_mail_server(server.address()).await;
    (server, app)
}

/// Sends the mail that is due by now.
async fn send(app: &App) {
    app.as_dapr(MAIL).send().await.expect(200);
}

/// Makes every pending mail due.
async fn no_longer(app: &App) {
    behind(app, "update app.mails set next_at = now()").await;
}

/// Waits until that many mails are pending after that many attempts. Returns the minutes until each is
/// retried.
async fn failed(app: &App, mails: usize, attempts: usize) -> Vec<Value> {
    let query = format!(
        "select round(extract(epoch from next_at - now()) / 60)::int as minutes from app.mails
          where attempts = {attempts} and next_at > now() + interval '20 seconds'"
    );
    until(&format!("{mails} mails that failed {attempts} times"), async || {
        let rows = app.database.rows(&query).await;
        (rows.len() == mails).then(|| rows.iter().map(|row| row["minutes"].clone()).collect())
    })
    .await
}

/// Waits until no mail is due.
async fn nothing_to_send(app: &App) {
    until("all is sent", async || {
        app.database.rows("select 1 from app.mails where next_at <= now()").await.is_empty().then_some(())
    })
    .await;
}

/// Returns all events of one type, published or not.
async fn events(app: &App, kind: &str) -> Vec<Value> {
    app.database.rows(&format!("select event from every_event where event ->> 'type' = '{kind}'")).await
}

#[tokio::test]
async fn what_fails_is_tried_again_after_1_5_and_15_minutes_and_then_given_up_with_a_notice() {
    let (server, app) = world().await;
    let ada = reader(&app, "ada").await;
    server.fail("ada", Fault::Refuses);
    let reminder = due(&app, &ada, "call mom", "1 second").await;
    tick(&app).await;

    for (attempts, minutes) in [(1, 1), (2, 5), (3, 15)] {
        assert_eq!(failed(&app, 1, attempts).await, [minutes]);
        assert_eq!(server.tries("ada"), attempts);
        let waits = current(&ada, &reminder).await;
        assert_eq!((&waits["status"], &waits["attempts"]), (&json!("pending"), &json!(attempts)));
        assert_eq!(notifications(&ada).await.len(), 1, "there it is, whatever becomes of the mail");
        // Pending mail is no reason to notify again.
        behind(&app, "update app.reminders set claimed_until = now() - interval '1 second'").await;
        tick(&app).await;
        no_longer(&app).await;
        send(&app).await;
    }

    let lost = until("it is given up", async || {
        let now = current(&ada, &reminder).await;
        (now["status"] == "failed").then_some(now)
    })
    .await;
    assert_eq!((&lost["attempts"], &lost["sent_at"]), (&json!(4), &Value::Null));
    let [notice, first] = notifications(&ada).await.try_into().unwrap();
    assert_eq!((text(&first, "kind"), text(&notice, "kind")), ("reminder", "reminder_failed"));
    assert_eq!(tasks_of(&notice), [reminder["task_id"].clone()]);
    let [event] = events(&app, "reminder.failed").await.try_into().unwrap();
    assert_eq!(event["event"]["data"]["reminder_id"], reminder["id"]);
    assert_eq!(event["event"]["data"]["after"], lost);
    assert_eq!(events(&app, "reminder.due").await.len(), 1);
    assert_eq!(events(&app, "reminder.sent").await.len(), 0);

    server.mend();
    no_longer(&app).await;
    send(&app).await;
    nothing_to_send(&app).await;
    assert_eq!(server.tries("ada"), 4, "it is over");
    let again = ada.post(&format!("{}/snooze", path_of(&reminder)), json!({ "for": "10m" })).await.expect(200).json();
    assert_eq!(again["status"], "pending");
    came(&app, &reminder, "1 second").await;
    tick(&app).await;
    until("the mail", async || (server.mails("ada").len() == 1).then_some(())).await;
}

#[tokio::test]
async fn what_was_refused_or_broke_off_arrives_once_when_the_server_is_mended() {
    let (server, app) = world().await;
    let mut all = Vec::new();
    for (name, fault) in [("ada", Fault::Refuses), ("ben", Fault::Drops)] {
        let person = reader(&app, name).await;
        server.fail(name, fault);
        let reminder = due(&app, &person, "call mom", "1 second").await;
        all.push((name, person, reminder));
    }
    tick(&app).await;
    assert_eq!(failed(&app, 2, 1).await, [1, 1]);

    server.mend();
    no_longer(&app).await;
    // Any number of replicas sends each mail once.
    for answer in join_all((0..10).map(|_| app.as_dapr(MAIL).send())).await {
        answer.expect(200);
    }
    nothing_to_send(&app).await;

    for (name, person, reminder) in &all {
        let sent = until("it is noted", async || {
            let now = current(person, reminder).await;
            (now["status"] == "sent").then_some(now)
        })
        .await;
        assert_eq!(sent["attempts"], 2, "{name}");
        assert!(text(&sent, "sent_at") > text(&sent, "remind_at"), "{sent}");
        assert_eq!((server.tries(name), server.mails(name).len()), (2, 1), "{name}");
        assert_eq!(notifications(person).await.len(), 1, "{name}");
    }
    assert_eq!(events(&app, "reminder.sent").await.len(), 2);
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_failure_soon_and_holds_up_no_other_mail() {
    let (server, app) = world().await;
    let (ada, ben) = (reader(&app, "ada").await, reader(&app, "ben").await);
    server.fail("ada", Fault::Hangs);
    due(&app, &ada, "call mom", "1 second").await;
    due(&app, &ben, "buy milk", "1 second").await;

    let began = Instant::now();
    tick(&app).await;

    until("the mail of the other", async || (server.mails("ben").len() == 1).then_some(())).await;
    let given_up = "select 1 from app.mails where next_at > now() + interval '20 seconds'";
    assert!(app.database.rows(given_up).await.is_empty(), "{:?}", began.elapsed());
    assert_eq!(failed(&app, 1, 1).await, [1]);
    assert!(began.elapsed() < Duration::from_secs(16), "{:?}", began.elapsed());
    assert_eq!(server.tries("ada"), 1);
}

#[tokio::test]
async fn a_mail_that_nobody_needs_any_more_is_not_sent() {
    let (server, app) = world().await;
    let steps = ["snooze", "complete", "delete", "cancel", "unsubscribe", "nothing"];
    let mut all = Vec::new();
    for name in steps {
        let person = reader(&app, name).await;
        server.fail(name, Fault::Refuses);
        let reminder = due(&app, &person, "call mom", "1 second").await;
        all.push((person, reminder));
    }
    tick(&app).await;
    failed(&app, steps.len(), 1).await;

    for (step, (person, reminder)) in steps.iter().zip(&all) {
        let (task, path) = (task_of(reminder), path_of(reminder));
        match *step {
            "snooze" => drop(person.post(&format!("{path}/snooze"), json!({ "for": "10m" })).await.expect(200)),
            "complete" => drop(person.post(&format!("{task}/complete"), json!({})).await.expect(200)),
            "delete" => drop(person.delete(&task).await.expect(204)),
            "cancel" => drop(person.delete(&path).await.expect(204)),
            "unsubscribe" => drop(person.patch("/api/auth/me", json!({ "email_reminders": false })).await.expect(200)),
            _ => {}
        }
    }
    server.mend();
    no_longer(&app).await;
    send(&app).await;
    nothing_to_send(&app).await;

    until("the one that is still wanted", async || (server.mails("nothing").len() == 1).then_some(())).await;
    for name in &steps[..5] {
        assert_eq!(server.tries(name), 1, "{name}");
    }
    assert_eq!(current(&all[0].0, &all[0].1).await["status"], "pending");
    assert_eq!(current(&all[1].0, &all[1].1).await["status"], "cancelled");
}

#[tokio::test]
async fn what_is_done_by_then_is_not_in_the_mail_of_a_digest() {
    let (server, app) = world().await;
    let ada = reader(&app, "ada").await;
    server.fail("ada", Fault::Refuses);
    many(&app, &ada, 3).await;
    all_came(&app, "1 second").await;
    tick(&app).await;
    failed(&app, 1, 1).await;
    let second = in_order(&app, &ada).await.remove(1);
    ada.post(&format!("/api/tasks/{}/complete", second.as_str().unwrap()), json!({})).await.expect(200);

    server.mend();
    no_longer(&app).await;
    send(&app).await;

    until("the mail", async || (server.mails("ada").len() == 1).then_some(())).await;
    let mail = server.mails("ada").remove(0);
    assert_eq!(mail.subject, "2 reminders");
    assert!(mail.body.contains("number 1") && mail.body.contains("number 3"), "{mail:?}");
    assert!(!mail.body.contains("number 2"), "{mail:?}");
}

#[tokio::test]
async fn whoever_sends_a_mail_and_dies_is_followed_when_the_lease_is_over() {
    let (server, app) = world().await;
    let (ada, ben) = (reader(&app, "ada").await, reader(&app, "ben").await);
    for (name, person) in [("ada", &ada), ("ben", &ben)] {
        server.fail(name, Fault::Refuses);
        due(&app, person, "call mom", "1 second").await;
    }
    tick(&app).await;
    failed(&app, 2, 1).await;
    server.mend();

    // As if a process had claimed her mail and died, perhaps after it sent it.
    let of_ada = format!("where user_id = '{}'", ada.id());
    let claimed = format!("update app.mails set claimed_until = now() + interval '1 minute' {of_ada}");
    behind(&app, &format!("{claimed}; update app.mails set next_at = now()")).await;
    send(&app).await;
    until("the mail of the other", async || (server.mails("ben").len() == 1).then_some(())).await;
    assert_eq!(server.tries("ada"), 1);

    behind(&app, &format!("update app.mails set claimed_until = now() - interval '1 second' {of_ada}")).await;
    send(&app).await;
    until("hers", async || (server.mails("ada").len() == 1).then_some(())).await;
}
