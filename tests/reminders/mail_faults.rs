//! Failed mail is retried until it is given up, and delays no other mail.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

use super::smtp::{Fault, MailServer};
use super::{
    MAIL, change_silently, claim_due, create_due, create_many, make_all_overdue, make_overdue, notifications,
    path_of, reload, task_of, tasks_in_order, tasks_of, text, user_with_mail,
};
use crate::events::poll_until;

async fn start() -> (MailServer, App) {
    let server = MailServer::start().await;
    let app = App::with_mail_server(server.address()).await;
    (server, app)
}

/// Sends the mail that is due by now.
async fn send_due_mails(app: &App) {
    app.as_dapr(MAIL).send().await.expect(200);
}

/// Makes every pending mail due.
async fn make_mails_due(app: &App) {
    change_silently(app, "update app.mails set next_at = now()").await;
}

/// Waits until that many mails are pending after that many attempts. Returns the minutes until each is
/// retried.
async fn wait_for_failures(app: &App, mails: usize, attempts: usize) -> Vec<Value> {
    let query = format!(
        "select round(extract(epoch from next_at - now()) / 60)::int as minutes from app.mails
          where attempts = {attempts} and next_at > now() + interval '20 seconds'"
    );
    poll_until(&format!("{mails} mails that failed {attempts} times"), async || {
        let rows = app.database.rows(&query).await;
        (rows.len() == mails).then(|| rows.iter().map(|row| row["minutes"].clone()).collect())
    })
    .await
}

/// Waits until no mail is due.
async fn wait_until_sent(app: &App) {
    poll_until("no mail is due", async || {
        app.database.rows("select 1 from app.mails where next_at <= now()").await.is_empty().then_some(())
    })
    .await;
}

/// Returns all events of one type, published or not.
async fn events_of_type(app: &App, kind: &str) -> Vec<Value> {
    app.database.rows(&format!("select event from every_event where event ->> 'type' = '{kind}'")).await
}

#[tokio::test]
async fn a_failed_mail_is_retried_after_1_5_and_15_minutes_and_then_given_up_with_a_notification() {
    let (server, app) = start().await;
    let ada = user_with_mail(&app, "ada").await;
    server.fail("ada", Fault::Refuses);
    let reminder = create_due(&app, &ada, "call mom", "1 second").await;
    claim_due(&app).await;

    for (attempts, minutes) in [(1, 1), (2, 5), (3, 15)] {
        assert_eq!(wait_for_failures(&app, 1, attempts).await, [minutes]);
        assert_eq!(server.attempts("ada"), attempts);
        let waits = reload(&ada, &reminder).await;
        assert_eq!((&waits["status"], &waits["attempts"]), (&json!("pending"), &json!(attempts)));
        assert_eq!(
            notifications(&ada).await.len(),
            1,
            "the notification exists, whatever happens to the mail"
        );
        // Pending mail is no reason to notify again.
        change_silently(&app, "update app.reminders set claimed_until = now() - interval '1 second'").await;
        claim_due(&app).await;
        make_mails_due(&app).await;
        send_due_mails(&app).await;
    }

    let lost = poll_until("it is given up", async || {
        let now = reload(&ada, &reminder).await;
        (now["status"] == "failed").then_some(now)
    })
    .await;
    assert_eq!((&lost["attempts"], &lost["sent_at"]), (&json!(4), &Value::Null));
    let [notice, first] = notifications(&ada).await.try_into().unwrap();
    assert_eq!((text(&first, "kind"), text(&notice, "kind")), ("reminder", "reminder_failed"));
    assert_eq!(tasks_of(&notice), [reminder["task_id"].clone()]);
    let [event] = events_of_type(&app, "reminder.failed").await.try_into().unwrap();
    assert_eq!(event["event"]["data"]["reminder_id"], reminder["id"]);
    assert_eq!(event["event"]["data"]["after"], lost);
    assert_eq!(events_of_type(&app, "reminder.due").await.len(), 1);
    assert_eq!(events_of_type(&app, "reminder.sent").await.len(), 0);

    server.clear_faults();
    make_mails_due(&app).await;
    send_due_mails(&app).await;
    wait_until_sent(&app).await;
    assert_eq!(server.attempts("ada"), 4, "there are no more attempts");
    let again =
        ada.post(&format!("{}/snooze", path_of(&reminder)), json!({ "for": "10m" })).await.expect(200).json();
    assert_eq!(again["status"], "pending");
    make_overdue(&app, &reminder, "1 second").await;
    claim_due(&app).await;
    poll_until("the mail", async || (server.mails("ada").len() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_refused_or_interrupted_mail_arrives_once_after_the_server_recovers() {
    let (server, app) = start().await;
    let mut all = Vec::new();
    for (name, fault) in [("ada", Fault::Refuses), ("ben", Fault::Drops)] {
        let person = user_with_mail(&app, name).await;
        server.fail(name, fault);
        let reminder = create_due(&app, &person, "call mom", "1 second").await;
        all.push((name, person, reminder));
    }
    claim_due(&app).await;
    assert_eq!(wait_for_failures(&app, 2, 1).await, [1, 1]);

    server.clear_faults();
    make_mails_due(&app).await;
    // Any number of replicas sends each mail once.
    for response in join_all((0..10).map(|_| app.as_dapr(MAIL).send())).await {
        response.expect(200);
    }
    wait_until_sent(&app).await;

    for (name, person, reminder) in &all {
        let sent = poll_until("it is recorded", async || {
            let now = reload(person, reminder).await;
            (now["status"] == "sent").then_some(now)
        })
        .await;
        assert_eq!(sent["attempts"], 2, "{name}");
        assert!(text(&sent, "sent_at") > text(&sent, "remind_at"), "{sent}");
        assert_eq!((server.attempts(name), server.mails(name).len()), (2, 1), "{name}");
        assert_eq!(notifications(person).await.len(), 1, "{name}");
    }
    assert_eq!(events_of_type(&app, "reminder.sent").await.len(), 2);
}

#[tokio::test]
async fn an_unresponsive_server_times_out_and_delays_no_other_mail() {
    let (server, app) = start().await;
    let (ada, ben) = (user_with_mail(&app, "ada").await, user_with_mail(&app, "ben").await);
    server.fail("ada", Fault::Hangs);
    create_due(&app, &ada, "call mom", "1 second").await;
    create_due(&app, &ben, "buy milk", "1 second").await;

    let began = Instant::now();
    claim_due(&app).await;

    poll_until("the mail of the other", async || (server.mails("ben").len() == 1).then_some(())).await;
    let given_up = "select 1 from app.mails where next_at > now() + interval '20 seconds'";
    assert!(app.database.rows(given_up).await.is_empty(), "{:?}", began.elapsed());
    assert_eq!(wait_for_failures(&app, 1, 1).await, [1]);
    assert!(began.elapsed() < Duration::from_secs(16), "{:?}", began.elapsed());
    assert_eq!(server.attempts("ada"), 1);
}

#[tokio::test]
async fn an_obsolete_mail_is_not_sent() {
    let (server, app) = start().await;
    let steps = ["snooze", "complete", "delete", "cancel", "unsubscribe", "nothing"];
    let mut all = Vec::new();
    for name in steps {
        let person = user_with_mail(&app, name).await;
        server.fail(name, Fault::Refuses);
        let reminder = create_due(&app, &person, "call mom", "1 second").await;
        all.push((person, reminder));
    }
    claim_due(&app).await;
    wait_for_failures(&app, steps.len(), 1).await;

    for (step, (person, reminder)) in steps.iter().zip(&all) {
        let (task, path) = (task_of(reminder), path_of(reminder));
        match *step {
            "snooze" => {
                drop(person.post(&format!("{path}/snooze"), json!({ "for": "10m" })).await.expect(200))
            }
            "complete" => drop(person.post(&format!("{task}/complete"), json!({})).await.expect(200)),
            "delete" => drop(person.delete(&task).await.expect(204)),
            "cancel" => drop(person.delete(&path).await.expect(204)),
            "unsubscribe" => {
                drop(person.patch("/api/auth/me", json!({ "email_reminders": false })).await.expect(200))
            }
            _ => {}
        }
    }
    server.clear_faults();
    make_mails_due(&app).await;
    send_due_mails(&app).await;
    wait_until_sent(&app).await;

    poll_until("the only mail that is still due", async || {
        (server.mails("nothing").len() == 1).then_some(())
    })
    .await;
    for name in &steps[..5] {
        assert_eq!(server.attempts(name), 1, "{name}");
    }
    assert_eq!(reload(&all[0].0, &all[0].1).await["status"], "pending");
    assert_eq!(reload(&all[1].0, &all[1].1).await["status"], "cancelled");
}

#[tokio::test]
async fn a_task_completed_by_then_is_not_in_the_mail_of_a_digest() {
    let (server, app) = start().await;
    let ada = user_with_mail(&app, "ada").await;
    server.fail("ada", Fault::Refuses);
    create_many(&app, &ada, 3).await;
    make_all_overdue(&app, "1 second").await;
    claim_due(&app).await;
    wait_for_failures(&app, 1, 1).await;
    let second = tasks_in_order(&app, &ada).await.remove(1);
    ada.post(&format!("/api/tasks/{}/complete", second.as_str().unwrap()), json!({})).await.expect(200);

    server.clear_faults();
    make_mails_due(&app).await;
    send_due_mails(&app).await;

    poll_until("the mail", async || (server.mails("ada").len() == 1).then_some(())).await;
    let mail = server.mails("ada").remove(0);
    assert_eq!(mail.subject, "2 reminders");
    assert!(mail.body.contains("number 1") && mail.body.contains("number 3"), "{mail:?}");
    assert!(!mail.body.contains("number 2"), "{mail:?}");
}

#[tokio::test]
async fn after_a_crash_the_expired_claim_of_a_mail_is_taken_over() {
    let (server, app) = start().await;
    let (ada, ben) = (user_with_mail(&app, "ada").await, user_with_mail(&app, "ben").await);
    for (name, person) in [("ada", &ada), ("ben", &ben)] {
        server.fail(name, Fault::Refuses);
        create_due(&app, person, "call mom", "1 second").await;
    }
    claim_due(&app).await;
    wait_for_failures(&app, 2, 1).await;
    server.clear_faults();

    // As if a process had claimed her mail and died, perhaps after it sent it.
    let of_ada = format!("where user_id = '{}'", ada.id());
    let claimed = format!("update app.mails set claimed_until = now() + interval '1 minute' {of_ada}");
    change_silently(&app, &format!("{claimed}; update app.mails set next_at = now()")).await;
    send_due_mails(&app).await;
    poll_until("the mail of the other", async || (server.mails("ben").len() == 1).then_some(())).await;
    assert_eq!(server.attempts("ada"), 1);

    change_silently(
        &app,
        &format!("update app.mails set claimed_until = now() - interval '1 second' {of_ada}"),
    )
    .await;
    send_due_mails(&app).await;
    poll_until("hers", async || (server.mails("ada").len() == 1).then_some(())).await;
}
