use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person};

/// Starts an app with guests who were last seen so many days ago.
async fn app_with_guests<const N: usize>(days: [u32; N]) -> (App, [Person; N]) {
    let app = App::with(&[("app_api_token", DAPR_TOKEN)]).await;
    let mut guests = Vec::new();
    for days in days {
        let guest = app.guest().await;
        guest.task("secret plan").await;
        last_seen(&app, &guest, days).await;
        guests.push(guest);
    }
    (app, guests.try_into().unwrap())
}

async fn last_seen(app: &App, person: &Person, days: u32) {
    let id = person.id();
    let change = format!(
        "update app.users set seen_at = now() - interval '{days} days' where id = '{id}';
         update app.sessions set expires_at = greatest(created_at, now() + interval '{} days')
          where user_id = '{id}'",
        30_i64 - i64::from(days)
    );
    app.database.change(&change).await;
}

async fn housekeeping(app: &App) {
    app.as_dapr("/internal/housekeeping").send().await.expect(200);
}

/// Returns the ids of all users.
async fn users(app: &App) -> Vec<Value> {
    let mut users: Vec<Value> = app
        .database
        .rows("select id from app.users")
        .await
        .into_iter()
        .map(|user| user["id"].clone())
        .collect();
    users.sort_by_key(Value::to_string);
    users
}

#[tokio::test]
async fn a_guest_who_was_not_seen_for_90_days_is_deleted() {
    let (app, [old, young]) = app_with_guests([91, 89]).await;
    let ada = app.account("ada@example.com").await;
    last_seen(&app, &ada, 400).await;

    housekeeping(&app).await;

    let mut expected = vec![json!(young.id()), json!(ada.id())];
    expected.sort_by_key(Value::to_string);
    assert_eq!(users(&app).await, expected, "an account is not deleted");
    let of_old = format!("select 1 from app.tasks where user_id = '{}'", old.id());
    assert_eq!(app.database.rows(&of_old).await, [] as [Value; 0]);
    let removed = app.database.rows("select user_id from app.removals").await;
    assert_eq!(removed, [json!({ "user_id": old.id() })], "in the same way as an account");
}

#[tokio::test]
async fn many_old_guests_are_deleted_in_one_run() {
    let (app, _guests) = app_with_guests([100; 12]).await;

    housekeeping(&app).await;

    assert_eq!(users(&app).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_request_with_a_session_or_a_token_keeps_a_guest() {
    let (app, [by_session, by_token, unused]) = app_with_guests([2, 2, 2]).await;
    let made = by_token.post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read"] })).await;
    let mut script = by_token.clone();
    script.token = made.expect(201).json()["token"].as_str().unwrap().to_owned();
    app.database.change("update app.users set seen_at = now() - interval '89 days 23 hours'").await;
    app.database.change("update app.sessions set expires_at = now() + interval '1 day'").await;

    by_session.get("/api/tasks").await.expect(200);
    script.get("/api/tasks").await.expect(200);
    app.database.change("update app.users set seen_at = seen_at - interval '1 hour'").await;
    housekeeping(&app).await;

    let mut expected = vec![json!(by_session.id()), json!(by_token.id())];
    expected.sort_by_key(Value::to_string);
    assert_eq!(users(&app).await, expected);
    unused.get("/api/tasks").await.problem(401);
}
