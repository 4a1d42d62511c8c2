use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    LATER, all_pages, app_without_sidecar, changes, claim_and_deliver, create_due, create_task, current_seq,
    make_overdue, notifications, reminders, text, user_with_mail,
};

/// Sends a user that many notifications, `number 1` and so on, none of them a digest.
async fn notify_of(app: &App, person: &Person, count: usize) -> Vec<Value> {
    for number in 1..=count {
        create_due(
            app,
            person,
            &format!("number {number}"),
            &format!("{} minutes", 2 * (count - number) + 1),
        )
        .await;
    }
    claim_and_deliver(app).await;
    notifications(person).await
}

async fn read(person: &Person, notification: &Value) -> Value {
    person
        .post(&format!("/api/notifications/{}/read", text(notification, "id")), json!({}))
        .await
        .expect(200)
        .json()
}

#[tokio::test]
async fn a_notification_has_the_title_and_the_id_of_its_task() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task = create_task(
        &ada,
        json!({ "title": "call mom", "due_date": LATER, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    make_overdue(&app, &reminders(&ada, &task).await[0], "1 second").await;

    claim_and_deliver(&app).await;

    let [received] = notifications(&ada).await.try_into().unwrap();
    let id = task.trim_start_matches("/api/tasks/");
    for (member, value) in [
        ("kind", json!("reminder")),
        ("title", json!("call mom")),
        ("task_id", json!(id)),
        ("due_date", json!(LATER)),
        ("url", json!(format!("/tasks/{id}"))),
        ("late", json!(false)),
        ("read_at", Value::Null),
    ] {
        assert_eq!(received[member], value, "{member}: {received}");
    }
    let known =
        ["id", "kind", "title", "task_id", "task_ids", "due_date", "url", "late", "read_at", "created_at"];
    assert!(
        received.as_object().unwrap().keys().all(|member| known.contains(&member.as_str())),
        "{received}"
    );
    assert!(!text(&received, "created_at").is_empty());
}

#[tokio::test]
async fn notifications_are_listed_newest_first_and_in_pages() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;

    let all = notify_of(&app, &ada, 5).await;

    let titles: Vec<_> = all.iter().map(|one| text(one, "title")).collect();
    assert_eq!(titles, ["number 5", "number 4", "number 3", "number 2", "number 1"]);
    for limit in [1, 2, 5] {
        assert_eq!(all_pages(&ada, &format!("/api/notifications?limit={limit}")).await, all, "{limit}");
    }
    let list = ada.get("/api/notifications").await.expect(200).json();
    assert_eq!(list, json!({ "items": all, "next_cursor": null }));
}

#[tokio::test]
async fn a_read_notification_is_no_longer_unread() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let mut all = notify_of(&app, &ada, 3).await;
    assert_eq!(all_pages(&ada, "/api/notifications?unread=true&limit=2").await, all);

    let seen = read(&ada, &all[1]).await;

    assert!(!text(&seen, "read_at").is_empty());
    let mut expected = all[1].clone();
    expected["read_at"] = seen["read_at"].clone();
    assert_eq!(seen, expected);
    assert_eq!(read(&ada, &all[1]).await, seen, "again: unchanged");
    all[1] = seen.clone();
    assert_eq!(notifications(&ada).await, all);
    assert_eq!(all_pages(&ada, "/api/notifications?unread=false&limit=2").await, [seen]);
    assert_eq!(
        all_pages(&ada, "/api/notifications?unread=true&limit=2").await,
        [all[0].clone(), all[2].clone()]
    );
}

#[tokio::test]
async fn marking_all_as_read_leaves_other_users_alone() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let all = notify_of(&app, &ada, 3).await;
    let of_ben = notify_of(&app, &ben, 1).await;
    let first = read(&ada, &all[0]).await;

    let read_all = async || ada.post("/api/notifications/read-all", json!({})).await.expect(200).json();
    assert_eq!(read_all().await, json!({ "read": 2 }));
    assert_eq!(read_all().await, json!({ "read": 0 }));

    let now = notifications(&ada).await;
    assert_eq!(now[0], first);
    assert!(now.iter().all(|one| !one["read_at"].is_null()), "{now:?}");
    assert_eq!(notifications(&ben).await, of_ben);
}

#[tokio::test]
async fn notifications_and_their_read_state_are_synced() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let before = current_seq(&ada).await;
    let all = notify_of(&app, &ada, 2).await;

    let news = changes(&ada, "notification", &before).await;
    let received: Vec<_> = news.iter().rev().map(|change| change["data"].clone()).collect();
    assert_eq!(received, all);
    for change in &news {
        assert_eq!((&change["id"], &change["deleted"]), (&change["data"]["id"], &json!(false)));
    }

    let since = current_seq(&ada).await;
    let first = read(&ada, &all[1]).await;
    assert_eq!(changes(&ada, "notification", &since).await[0]["data"], first);
    let since = current_seq(&ada).await;
    read(&ada, &all[1]).await;
    assert_eq!(current_seq(&ada).await, since, "again: unchanged");
    ada.post("/api/notifications/read-all", json!({})).await.expect(200);
    let last = changes(&ada, "notification", &since).await;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["id"], all[0]["id"]);
}

#[tokio::test]
async fn a_purged_task_leaves_nothing_of_its_text_but_in_the_audit_trail() {
    let app = app_without_sidecar().await;
    let ada = user_with_mail(&app, "ada").await;
    for (title, ago) in [("secret plan", "3 minutes"), ("kept", "1 minute")] {
        create_due(&app, &ada, title, ago).await;
    }
    claim_and_deliver(&app).await;
    let [kept, secret] = notifications(&ada).await.try_into().unwrap();
    let failed = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         select user_id, 'reminder_failed', 'No e-mail could be sent: ' || title, task_ids, minute
           from app.notifications where title = '{}'",
        text(&secret, "title")
    );
    app.database.change(&failed).await;
    let task = text(&secret, "url").replace("/tasks/", "/api/tasks/");
    ada.delete(&task).await.expect(204);
    assert_eq!(notifications(&ada).await.len(), 3, "it can be restored from the trash");
    let since = current_seq(&ada).await;

    ada.delete(&format!("{task}?permanent=true")).await.expect(204);

    assert_eq!(notifications(&ada).await, [kept]);
    let news = changes(&ada, "notification", &since).await;
    assert_eq!((news.len(), &news[0]["deleted"], &news[1]["deleted"]), (2, &json!(true), &json!(true)));
    let tables = "select table_name as name from information_schema.tables
                   where table_schema = 'app' and table_type = 'BASE TABLE' and table_name <> 'outbox'";
    for table in app.database.rows(tables).await {
        let name = text(&table, "name");
        let rows = format!("select 1 from app.{name} as entry where entry::text like '%secret plan%'");
        assert_eq!(app.database.rows(&rows).await, [] as [Value; 0], "{name}");
    }
}
