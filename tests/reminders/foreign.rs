use serde_json::{Value, json};
use tests::Person;

use super::{
    LATER, app_without_sidecar, claim_and_deliver, create_due, create_task, notifications, path_of,
    reminders, task_of, text, upcoming,
};

/// Calls every route with ids of another user.
async fn assert_not_found(eve: &Person, task: &str, reminder: &str, notification: &str) {
    let new = json!({ "at": LATER });
    eve.get(&format!("{task}/reminders")).await.problem(404);
    eve.post(&format!("{task}/reminders"), new).await.problem(404);
    eve.delete(reminder).await.problem(404);
    eve.post(&format!("{reminder}/snooze"), json!({ "for": "10m" })).await.problem(404);
    eve.post(&format!("{notification}/read"), json!({})).await.problem(404);
}

#[tokio::test]
async fn reminders_and_notifications_of_another_user_are_not_found() {
    let app = app_without_sidecar().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let sent = create_due(&app, &ada, "secret plan", "1 second").await;
    claim_and_deliver(&app).await;
    let task = create_task(&ada, json!({ "title": "another", "reminders": [{ "at": LATER }] })).await;
    let pending = reminders(&ada, &task).await.remove(0);
    let received = notifications(&ada).await;
    let notification = format!("/api/notifications/{}", text(&received[0], "id"));
    let everything = "select (select jsonb_agg(r order by r.id) from app.reminders r) as reminders,
                             (select count(*) from app.outbox where type not like 'access.%') as events";
    let before = app.database.rows(everything).await;

    for reminder in [&sent, &pending] {
        assert_not_found(&eve, &task_of(reminder), &path_of(reminder), &notification).await;
    }
    eve.post("/api/notifications/read-all", json!({})).await.expect(200);

    assert_eq!(app.database.rows(everything).await, before);
    assert_eq!(notifications(&ada).await, received);
    assert_eq!((upcoming(&eve).await, notifications(&eve).await), (Vec::<Value>::new(), Vec::new()));
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for id in ["0", "nonsense", "%00", "019a0000-0000-7000-8000-000000000000", "'--"] {
        let of = |kind: &str| format!("/api/{kind}/{id}");
        assert_not_found(&ada, &of("tasks"), &of("reminders"), &of("notifications")).await;
    }
}

#[tokio::test]
async fn a_read_only_token_cannot_create_or_change_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.account("ada@example.com").await;
    let task = create_task(&ada, json!({ "title": "call mom", "reminders": [{ "at": LATER }] })).await;
    let reminder = reminders(&ada, &task).await.remove(0);
    let token = ada
        .post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read"] }))
        .await
        .expect(201)
        .json();
    let call = |method, path: String| {
        app.call(method, &path).header("authorization", format!("Bearer {}", text(&token, "token")))
    };

    for path in [format!("{task}/reminders"), "/api/reminders".into(), "/api/notifications".into()] {
        call("GET", path).send().await.expect(200);
    }
    for (method, path, body) in [
        ("POST", format!("{task}/reminders"), json!({ "at": LATER })),
        ("POST", format!("{}/snooze", path_of(&reminder)), json!({ "for": "10m" })),
        ("DELETE", path_of(&reminder), json!({})),
        ("POST", "/api/notifications/read-all".into(), json!({})),
    ] {
        call(method, path).json(&body).send().await.problem(403);
    }
    assert_eq!(reminders(&ada, &task).await, [reminder]);
}
