use serde_json::json;
use sidecar::mail::Mail;
use tests::{App, Person};

use super::{
    LATER, change_silently, claim_due, create_due, create_many, create_task, in_ms, make_all_overdue,
    notifications, reload, reminders, text, user_with_mail,
};
use crate::events::poll_until;

/// Waits for a number of mails and returns them.
async fn wait_for_mails(app: &App, count: usize) -> Vec<Mail> {
    poll_until(&format!("{count} mails"), async || {
        let mails = app.mails();
        (mails.len() >= count).then_some(mails)
    })
    .await
}

/// Waits until no mail is left to send and returns all mails.
async fn wait_for_all_mails(app: &App) -> Vec<Mail> {
    poll_until("the last mail", async || {
        let pending = "select 1 from app.reminders where status = 'pending' and remind_at < now()
                       union all select 1 from app.mails";
        app.database.rows(pending).await.is_empty().then_some(())
    })
    .await;
    app.mails()
}

#[tokio::test]
async fn a_mail_has_the_due_task_and_no_other_data() {
    let app = App::with_events().await;
    let ada = user_with_mail(&app, "ada").await;
    ada.patch("/api/auth/me", json!({ "timezone": "America/New_York" })).await.expect(200);
    create_task(&ada, json!({ "title": "another plan", "due_date": LATER })).await;
    let task = json!({
        "title": "call mom", "description": "because of the inheritance", "tags": ["hers alone"],
        "priority": "high",
        "due_date": "2031-04-02T21:00:00Z", "reminders": [{ "at": in_ms(2000) }],
    });
    let task = create_task(&ada, task).await;

    let [mail] = wait_for_mails(&app, 1).await.try_into().unwrap();

    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.com", "Reminder: call mom"));
    assert!(mail.body.contains("call mom"), "{}", mail.body);
    let body = mail.body.to_lowercase();
    assert!(body.contains("17:00") || body.contains("5:00 pm"), "the local time: {body}");
    assert!(!body.contains("21:00") && !body.contains("9:00 pm"), "not the time in UTC: {body}");
    assert!(body.contains(task.trim_start_matches("/api")) && body.contains("unsubscribe"), "{body}");
    let all = format!("{mail:?}");
    for private in ["inheritance", "hers alone", "another plan"] {
        assert!(!all.contains(private), "{private}: {all}");
    }
    let sent = poll_until("it is recorded", async || {
        let sent = reminders(&ada, &task).await.remove(0);
        (sent["status"] == "sent").then_some(sent)
    })
    .await;
    assert_eq!(sent["attempts"], 1);
    assert!(!sent["sent_at"].is_null());
    let [received] = notifications(&ada).await.try_into().unwrap();
    assert_eq!(received["title"], "call mom");
}

#[tokio::test]
async fn users_without_an_address_or_without_mail_reminders_get_no_mail() {
    let app = App::with_events().await;
    let (ada, ben, guest) =
        (app.confirmed_user("ada@example.com").await, user_with_mail(&app, "ben").await, app.guest().await);
    app.database.change("update app.users set email_reminders = true where guest").await;
    let mut all = Vec::new();
    for person in [&ada, &guest, &ben] {
        all.push(create_due(&app, person, "call mom", "1 second").await);
    }

    claim_due(&app).await;

    let to: Vec<_> = wait_for_all_mails(&app).await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["ben@example.com"]);
    for (person, reminder) in [&ada, &guest, &ben].into_iter().zip(&all) {
        assert_eq!(notifications(person).await.len(), 1);
        let sent = reload(person, reminder).await;
        assert_eq!((&sent["status"], &sent["attempts"]), (&json!("sent"), &json!(1)));
    }
}

#[tokio::test]
async fn a_digest_is_one_mail() {
    let app = App::with_events().await;
    let ada = user_with_mail(&app, "ada").await;
    create_many(&app, &ada, 12).await;
    make_all_overdue(&app, "1 second").await;

    claim_due(&app).await;

    let mails = wait_for_all_mails(&app).await;
    let mut subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["10 reminders", "2 reminders"]);
    for task in ada.get("/api/tasks").await.json()["items"].as_array().unwrap() {
        let (id, title) = (task["id"].as_str().unwrap(), task["title"].as_str().unwrap());
        let with: Vec<_> = mails.iter().filter(|mail| mail.body.contains(id)).collect();
        assert_eq!(with.len(), 1, "{title}");
        assert!(with[0].body.contains(title), "{title}");
    }
}

#[tokio::test]
async fn a_mail_says_when_it_is_late() {
    let app = App::with_events().await;
    let ada = user_with_mail(&app, "ada").await;
    create_due(&app, &ada, "call mom", "2 hours").await;

    claim_due(&app).await;

    assert_eq!(wait_for_mails(&app, 1).await[0].subject, "Late reminder: call mom");
}

#[tokio::test]
async fn markup_in_a_title_is_text_and_a_day_has_no_time() {
    let app = App::with_events().await;
    let ada = user_with_mail(&app, "ada").await;
    let title = r#"<script>alert("1")</script> & 'ü' <b>"#;
    let task = json!({ "title": title, "due_date": "2031-04-15", "reminders": [{ "before": "1h" }] });
    let task = create_task(&ada, task).await;
    change_silently(&app, "update app.reminders set remind_at = now() - interval '1 second'").await;

    claim_due(&app).await;

    let [mail] = wait_for_mails(&app, 1).await.try_into().unwrap();
    assert_eq!(mail.subject, format!("Reminder: {title}"));
    assert!(mail.body.contains("&lt;script&gt;alert(") && mail.body.contains(" &amp; "), "{}", mail.body);
    assert!(mail.body.contains("&lt;b&gt;") && !mail.body.contains("<script"), "{}", mail.body);
    let body = mail.body.to_lowercase();
    assert!(body.contains("apr") || body.contains("04-15"), "{body}");
    assert!(!body.contains("23:59") && !body.contains("11:59"), "{body}");
    assert!(body.contains(task.trim_start_matches("/api")), "{body}");
}

#[tokio::test]
async fn the_link_in_a_mail_unsubscribes_after_a_confirmation() {
    let app = App::with_events().await;
    let (ada, ben) = (user_with_mail(&app, "ada").await, user_with_mail(&app, "ben").await);
    create_due(&app, &ada, "call mom", "1 second").await;
    claim_due(&app).await;
    let [mail] = wait_for_mails(&app, 1).await.try_into().unwrap();
    let link = mail.body.split('"').find(|word| word.contains("unsubscribe")).expect("a link");
    let link = &link[link.find("/api/").expect("a path of TaskFlow")..];
    let wants = async |person: &Person| person.get("/api/auth/me").await.json()["email_reminders"].clone();

    app.get(link).await.expect(200);
    assert_eq!(wants(&ada).await, true, "mail scanners follow links");
    let (place, _) = link.rsplit_once('/').unwrap();
    app.call("POST", &format!("{place}/019a0000-0000-7000-8000-000000000000")).send().await.problem(404);
    assert_eq!((wants(&ada).await, wants(&ben).await), (json!(true), json!(true)), "an unknown key");
    for _ in 0..2 {
        app.call("POST", link).send().await.expect(200);
    }

    assert_eq!((wants(&ada).await, wants(&ben).await), (json!(false), json!(true)));
    let sent = app.mails().len();
    create_due(&app, &ada, "buy milk", "2 minutes").await;
    create_due(&app, &ben, "buy milk", "2 minutes").await;
    claim_due(&app).await;
    let new = &wait_for_all_mails(&app).await[sent..];
    assert_eq!(new.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ben@example.com"]);
}

#[tokio::test]
async fn parameters_that_trackers_add_to_the_link_that_unsubscribes_are_ignored() {
    let app = App::start().await;
    let ada = app.confirmed_user("ada@example.com").await;
    let row = app.database.rows("select unsubscribe from app.users").await.remove(0);
    let link = format!("/api/notifications/unsubscribe/{}", text(&row, "unsubscribe"));

    for query in ["utm_source=mail", "fbclid=%ff&utm_source=x&utm_source=y", "a&=&"] {
        app.get(&format!("{link}?{query}")).await.expect(200);
        ada.patch("/api/auth/me", json!({ "email_reminders": true })).await.expect(200);
        app.call("POST", &format!("{link}?{query}")).send().await.expect(200);
        assert_eq!(ada.get("/api/auth/me").await.json()["email_reminders"], false, "{query}");
    }
}
