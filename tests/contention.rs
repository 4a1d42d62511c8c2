//! One user slows down no other: waits for the row of a user are short and few.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person, Response};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Transaction};

use crate::auth::jwt::{self, Issuer};
use crate::auth::mails::add_link;
use crate::events::poll_until;

/// Locks the row of a user, as another change of theirs does.
async fn lock<'a>(owner: &'a mut Client, person: &Person) -> Transaction<'a> {
    let change = owner.transaction().await.unwrap();
    let lock = format!("select from app.users where id = '{}' for no key update", person.id());
    change.batch_execute(&lock).await.unwrap();
    change
}

/// Returns the calls that wait for a lock, other than that of a growing file. Those that record requests wait for
/// each other, for a moment.
async fn waiting(app: &App) -> Vec<Value> {
    let waits = "select query, wait_event from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'
                    and wait_event <> 'extend' and query not like '%statements.record%'";
    app.database.rows(waits).await
}

/// Waits until a call waits for a lock, and returns those that do after another user has read.
async fn waiting_beside_a_read(app: &App, other: &Person) -> Vec<Value> {
    poll_until("a call that waits", async || (!waiting(app).await.is_empty()).then_some(())).await;
    let read = timeout(Duration::from_secs(5), other.get("/api/tasks")).await;
    read.expect("a connection is free for a list of another user").expect(200);
    waiting(app).await
}

async fn assert_all_are_busy(app: &App, requests: Vec<JoinHandle<Response>>) {
    for refused in join_all(requests).await {
        let refused = refused.unwrap();
        assert_eq!(refused.status, 429, "{}\n{:#?}", refused.text, app.logs());
        assert_eq!(refused.problem(429)["type"], "urn:taskflow:problem:busy");
        assert_eq!(refused.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn eighty_writes_of_one_user_leave_connections_to_others() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let mut owner = app.database.owner().await;
    let change = lock(&mut owner, &ada).await;

    let writes: Vec<_> = (0..80)
        .map(|number| {
            let ada = ada.clone();
            tokio::spawn(async move { ada.post("/api/tasks", json!({ "title": number.to_string() })).await })
        })
        .collect();
    let waiting = waiting_beside_a_read(&app, &ben).await;
    assert!(waiting.len() <= 8, "a few wait: {waiting:#?}");
    assert_all_are_busy(&app, writes).await;
    change.rollback().await.unwrap();
    ada.task("the next one works").await;
    assert_eq!(ada.titles("/api/tasks").await, ["the next one works"], "what was refused did nothing");
}

#[tokio::test]
async fn eighty_uses_of_one_link_leave_connections_to_others() {
    let app = App::start().await;
    let (ada, ben) = (app.account("ada@example.com").await, app.guest().await);
    let token = add_link(&app, &ada, "confirm_email", "ada@example.com").await;
    let mut owner = app.database.owner().await;
    let change = lock(&mut owner, &ada).await;

    let uses: Vec<_> = (0..80)
        .map(|_| {
            let (ada, link) = (ada.clone(), json!({ "token": token }));
            tokio::spawn(async move { ada.post("/api/auth/confirm-email", link).await })
        })
        .collect();
    let waiting = waiting_beside_a_read(&app, &ben).await;
    assert!(waiting.len() <= 8, "a few wait: {waiting:#?}");
    assert_all_are_busy(&app, uses).await;
    change.rollback().await.unwrap();
    app.post("/api/auth/confirm-email", json!({ "token": token })).await.expect(204);
}

#[tokio::test]
async fn confirming_an_address_locks_the_account_that_gives_way_in_the_order_of_ids() {
    let app = App::start().await;
    let mut people = Vec::new();
    for email in ["ada@example.com", "ben@example.com"] {
        people.push((app.account(email).await, email));
    }
    people.sort_by_key(|(person, _)| person.id());
    let [(first, wanted), (second, _)] = people.as_slice() else { panic!("there are two") };
    let change = json!({ "email": wanted, "current_password": "a sample password" });
    second.patch("/api/auth/me", change).await.expect(200);
    let token = add_link(&app, second, "confirm_email", wanted).await;
    let mut owner = app.database.owner().await;
    let other = lock(&mut owner, first).await;
    let finish = async {
        poll_until("the request waits", async || (!waiting(&app).await.is_empty()).then_some(())).await;
        let lock = format!("select from app.users where id = '{}' for no key update", second.id());
        // In the other order both would wait for each other.
        other.batch_execute(&format!("set local lock_timeout = '3s'; {lock}")).await.unwrap();
        other.rollback().await.unwrap();
    };

    let confirm = app.post("/api/auth/confirm-email", json!({ "token": token }));
    let (confirmed, ()) = tokio::join!(confirm, finish);

    confirmed.expect(204);
    let me = second.get("/api/auth/me").await.expect(200).json();
    assert_eq!((&me["email"], &me["email_verified"]), (&json!(wanted), &json!(true)));
}

#[tokio::test]
async fn a_sign_in_gets_in_line_with_the_changes_of_its_user() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let mut owner = app.database.owner().await;
    let ahead = owner.transaction().await.unwrap();
    // A change is being made, and as many requests wait as may.
    let line = format!(
        "select pg_advisory_xact_lock(hashtextextended('writing {0}', 0)),
                pg_advisory_xact_lock(hashtextextended('waiting {0}', place))
           from generate_series(1, 8) as place",
        ada.id()
    );
    ahead.batch_execute(&line).await.unwrap();
    let account = json!({ "email": "ada@example.com", "password": "a sample password" });

    let refused = app.post("/api/auth/login", account.clone()).await;

    assert_eq!(refused.problem(429)["type"], "urn:taskflow:problem:busy");
    ahead.rollback().await.unwrap();
    app.post("/api/auth/login", account).await.expect(200);
}

#[tokio::test]
async fn eighty_searches_of_one_user_leave_connections_to_others() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let task = ada.task("buy milk").await;
    // A search takes as long as this lock is held.
    let slow = "create or replace function app.prefix_query(word text, person uuid) returns tsquery
                language plpgsql as $$ begin
                    perform pg_advisory_xact_lock_shared(4711);
                    return plainto_tsquery('pg_catalog.simple', word);
                end $$";
    app.database.change(slow).await;
    let mut owner = app.database.owner().await;
    let held = owner.transaction().await.unwrap();
    held.batch_execute("select pg_advisory_xact_lock(4711)").await.unwrap();

    let searches: Vec<_> = (0..80)
        .map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move { ada.get("/api/tasks?search=milk").await })
        })
        .collect();
    let waiting = waiting_beside_a_read(&app, &ben).await;
    assert!(waiting.len() <= 32, "half of the connections are free: {}", waiting.len());
    ada.get(&task).await.expect(200);
    assert_all_are_busy(&app, searches).await;
    held.rollback().await.unwrap();
    ada.get("/api/tasks?search=milk").await.expect(200);
}

#[tokio::test]
async fn eighty_streams_that_one_user_opens_leave_connections_to_others() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let mut owner = app.database.owner().await;
    let held = owner.transaction().await.unwrap();
    // The streams of a user are opened one after the other.
    let lock = format!("select pg_advisory_xact_lock(7003, hashtext('{}'))", ada.id());
    held.batch_execute(&lock).await.unwrap();

    let opened: Vec<_> = (0..80)
        .map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move { ada.get("/api/events").await })
        })
        .collect();
    let waiting = waiting_beside_a_read(&app, &ben).await;
    assert!(waiting.len() <= 32, "half of the connections are free: {}", waiting.len());
    poll_until("all but those that wait are refused", async || {
        (opened.iter().filter(|one| one.is_finished()).count() >= 48).then_some(())
    })
    .await;
    let (refused, waiting): (Vec<_>, Vec<_>) = opened.into_iter().partition(JoinHandle::is_finished);
    assert_all_are_busy(&app, refused).await;
    waiting.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn a_write_waits_for_a_short_change_of_the_same_user() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut owner = app.database.owner().await;
    let change = lock(&mut owner, &ada).await;
    let write = ada.post("/api/tasks", json!({ "title": "made in the end" }));
    let finish = async {
        poll_until("the write waits", async || (!waiting(&app).await.is_empty()).then_some(())).await;
        change.commit().await.unwrap();
    };

    let (made, ()) = tokio::join!(write, finish);

    made.expect(201);
}

#[tokio::test]
async fn a_refused_write_can_be_repeated_with_its_idempotency_key() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut owner = app.database.owner().await;
    let change = lock(&mut owner, &ada).await;
    let send = async || {
        let call = ada.call("POST", "/api/tasks").header("idempotency-key", "one");
        call.json(&json!({ "title": "buy milk" })).send().await
    };

    send().await.problem(429);
    change.rollback().await.unwrap();
    let made = send().await.expect(201);

    assert_eq!(send().await.expect(201).text, made.text);
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
}

#[tokio::test]
async fn reads_of_one_session_do_not_wait_for_each_other_to_extend_it() {
    let app = App::start().await;
    let ada = app.guest().await;
    app.database.change("update app.sessions set expires_at = now() + interval '1 day'").await;
    let mut owner = app.database.owner().await;
    let other = owner.transaction().await.unwrap();
    other.batch_execute("update app.sessions set expires_at = now() + interval '30 days'").await.unwrap();

    let read = timeout(Duration::from_secs(5), ada.get("/api/tasks")).await;

    read.expect("it does not wait").expect(200);
    other.rollback().await.unwrap();
    ada.get("/api/tasks").await.expect(200);
    let extended = "select 1 from app.sessions where expires_at > now() + interval '29 days'";
    assert_eq!(app.database.rows(extended).await.len(), 1);
}

#[tokio::test]
async fn the_link_to_unsubscribe_does_not_wait_long_for_a_change_of_its_user() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let key = app.database.rows("select unsubscribe from app.users").await[0]["unsubscribe"].clone();
    let link = format!("/api/notifications/unsubscribe/{}", key.as_str().unwrap());
    let mut owner = app.database.owner().await;
    let change = lock(&mut owner, &ada).await;

    let began = Instant::now();
    app.call("POST", &link).send().await.problem(429);

    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    change.rollback().await.unwrap();
    app.call("POST", &link).send().await.expect(200);
    let unknown = "/api/notifications/unsubscribe/00000000-0000-4000-8000-000000000000";
    app.call("POST", unknown).send().await.problem(404);
}

#[tokio::test]
async fn a_request_that_changes_an_administrator_locks_the_user_before_the_limits() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let me = async |roles: Value| {
        let mut claims = jwt::claims("ada");
        claims["roles"] = roles;
        let token = format!("Bearer {}", jwt::rs256(&claims));
        app.call("GET", "/api/auth/me").header("authorization", token).send().await
    };
    let ada = me(json!([])).await.expect(200).json();
    let mut owner = app.database.owner().await;
    let other = owner.transaction().await.unwrap();
    let lock = format!("select from app.users where id = {} for no key update", quoted(&ada["id"]));
    other.batch_execute(&lock).await.unwrap();
    let finish = async {
        poll_until("the request waits for the user", async || {
            (!waiting(&app).await.is_empty()).then_some(())
        })
        .await;
        let bucket = "update app.buckets set taken = taken where key like 'user %'";
        // In the other order both would wait for each other.
        other.batch_execute(&format!("set local lock_timeout = '3s'; {bucket}")).await.unwrap();
        other.rollback().await.unwrap();
    };

    let (promoted, ()) = tokio::join!(me(json!(["taskflow-admin"])), finish);

    assert_eq!(promoted.expect(200).json()["admin"], true);
}

/// Returns a text as SQL.
fn quoted(text: &Value) -> String {
    format!("'{}'", text.as_str().expect("a text"))
}

#[tokio::test]
async fn of_many_changes_of_a_large_users_time_zone_each_is_made_or_refused_soon() {
    let app = App::start().await;
    let ada = app.guest().await;
    let tasks = format!(
        "insert into app.tasks (id, user_id, title, due_date, all_day)
         select gen_random_uuid(), '{}', 'all day ' || number, now(), true
           from generate_series(1, 3000) as number",
        ada.id()
    );
    app.database.change(&tasks).await;
    let zones =
        ["Asia/Tokyo", "America/Lima", "Europe/Paris", "Asia/Dubai", "America/Denver", "Africa/Cairo"];

    let changes =
        zones.iter().chain(&zones).map(|zone| ada.patch("/api/auth/me", json!({ "timezone": zone })));
    let answers = join_all(changes).await;

    for answer in &answers {
        assert!(matches!(answer.status, 200 | 429), "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
}
