use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, Response};

use super::mails::add_link;
use crate::events::{created_event, poll_until, wait_for_trail};

const PASSWORD: &str = "a sample password";

async fn delete(person: &Person, body: Value) -> Response {
    person.call("DELETE", "/api/auth/me").json(&body).send().await
}

/// Returns the tables with rows of a user, besides the audit trail and the list of deleted users.
async fn tables_with(app: &App, person: &Person) -> Vec<String> {
    let tables = app
        .database
        .rows(
            "select columns.table_name as name from information_schema.columns
               join information_schema.tables using (table_schema, table_name)
              where table_schema = 'app' and column_name = 'user_id' and table_type = 'BASE TABLE'
                and table_name <> 'removals' and table_name not like 'audit%'",
        )
        .await;
    assert!(tables.len() >= 15, "{tables:?}");
    let mut found = Vec::new();
    for (table, column) in
        tables.iter().map(|table| (&table["name"], "user_id")).chain([(&json!("users"), "id")])
    {
        let table = table.as_str().unwrap();
        let rows = format!("select 1 from app.{table} where {column} = '{}'", person.id());
        if !app.database.rows(&rows).await.is_empty() {
            found.push(table.to_owned());
        }
    }
    found.sort();
    found
}

/// Creates something of everything that a user can have.
async fn create_everything(app: &App, person: &Person) {
    let task = json!({ "title": "secret plan", "due_date": "2031-01-05", "reminders": [{ "before": "1h" }] });
    let task = person.create(task).await.header("location").to_owned();
    person
        .call("POST", "/api/tasks")
        .header("idempotency-key", "one")
        .json(&json!({ "title": "x" }))
        .send()
        .await;
    person.delete(&format!("{}?permanent=true", person.task("purged").await)).await.expect(204);
    let series = json!({ "title": "secret plan", "frequency": "daily" });
    person.post("/api/recurring-tasks", series).await.expect(201);
    person.post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read"] })).await.expect(201);
    add_link(app, person, "confirm_email", "ada@example.com").await;
    let (id, task) = (person.id(), task.trim_start_matches("/api/tasks/"));
    let rest = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         values ('{id}', 'reminder', 'secret plan', '{{{task}}}', now());
         insert into app.identities (issuer, subject, user_id) values ('https://a.example', 'ada', '{id}');
         insert into app.totals (user_id, total_key, seq, total) values ('{id}', 'x', 1, 1);
         insert into app.held (user_id, shard, until) values ('{id}', 0, now());
         insert into app.high_water_marks (consumer, topic, user_id, seq)
         values ('audit', 'task-events', '{id}', 1);
         insert into app.parked (event_id, topic, type, user_id, seq, actor, occurred_at, shard, position,
                                 attempts)
         values (gen_random_uuid(), 'task-events', 'broken', '{id}', 1, 'user', now(), 0, 0, 8);
         insert into app.dead_letters (consumer, event_id, topic, event)
         values ('audit', '1', 'task-events',
                 json_build_object('data', json_build_object('user_id', '{id}', 'after', 'secret plan')))"
    );
    app.database.change(&rest).await;
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind_and_its_address_is_free() {
    let app = App::start().await;
    let (ada, ben) = (app.account("ada@example.com").await, app.account("ben@example.com").await);
    create_everything(&app, &ada).await;
    let bens = ben.task("stays").await;
    let before = tables_with(&app, &ada).await;
    assert!(before.len() >= 16, "every table has a row: {before:?}");
    let kept = tables_with(&app, &ben).await;

    let deleted = delete(&ada, json!({ "password": PASSWORD })).await.expect(204);

    assert!(deleted.header("set-cookie").starts_with("taskflow_session=; "), "{deleted:?}");
    assert_eq!(tables_with(&app, &ada).await, [] as [&str; 0]);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await, [] as [Value; 0]);
    ada.get("/api/auth/me").await.problem(401);
    let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
    app.post("/api/auth/login", credentials.clone()).await.problem(401);
    assert_eq!(tables_with(&app, &ben).await, kept);
    ben.get(&bens).await.expect(200);
    let again = app.person(&app.post("/api/auth/register", credentials).await.expect(201));
    assert_eq!(again.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn an_account_is_deleted_only_with_its_password_and_a_guest_without_one() {
    let app = App::start().await;
    let (ada, guest) = (app.account("ada@example.com").await, app.guest().await);
    let script = ada.post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read", "write"] })).await;
    let mut script_of_ada = ada.clone();
    script_of_ada.token = script.expect(201).json()["token"].as_str().unwrap().to_owned();

    assert_eq!(delete(&ada, json!({})).await.wrong_members(), ["/password"]);
    delete(&ada, json!({ "password": "not that one" })).await.problem(403);
    delete(&script_of_ada, json!({ "password": PASSWORD })).await.problem(403);
    ada.get("/api/auth/me").await.expect(200);

    guest.delete("/api/auth/me").await.expect(204);
    guest.get("/api/auth/me").await.problem(401);
    delete(&ada, json!({ "password": PASSWORD })).await.expect(204);
    assert_eq!(app.database.rows("select 1 from app.users").await, [] as [Value; 0]);
}

#[tokio::test]
async fn the_trail_of_a_deleted_account_keeps_types_ids_and_times_and_loses_its_contents() {
    let app = App::with_events().await;
    let (ada, ben, root) =
        (app.account("ada@example.com").await, app.guest().await, app.account("root@example.com").await);
    app.database.change(&format!("update app.users set admin = true where id = '{}'", root.id())).await;
    let task = ada.task("secret plan").await;
    ada.patch(&task, json!({ "title": "another secret plan" })).await.expect(200);
    ben.task("stays").await;
    let before = wait_for_trail(&ada, "/api/audit", 2).await;
    let bens = wait_for_trail(&ben, "/api/audit", 1).await;

    delete(&ada, json!({ "password": PASSWORD })).await.expect(204);

    let of_ada = format!("/api/audit?user_id={}", ada.id());
    let after = wait_for_trail(&root, &of_ada, 2).await;
    let mut expected = before;
    for item in &mut expected {
        for contents in ["before", "after", "changes"] {
            item["data"][contents] = Value::Null;
        }
    }
    assert_eq!(after, expected);
    assert!(!root.get(&of_ada).await.text.contains("secret"));
    assert_eq!(wait_for_trail(&ben, "/api/audit", 1).await, bens);
}

#[tokio::test]
async fn events_that_arrive_after_the_deletion_are_stored_without_contents() {
    let app = App::with_events().await;
    let (ada, root) = (app.guest().await, app.account("root@example.com").await);
    app.database.change(&format!("update app.users set admin = true where id = '{}'", root.id())).await;
    let event = created_event(&ada.id(), 1);
    let mut due = event.clone();
    due["type"] = json!("reminder.due");
    due["topic"] = json!("reminders");
    due["data"]["reminder_id"] = due["data"]["task_id"].clone();
    due["data"]["after"] = json!({ "id": due["data"]["task_id"], "remind_at": "2026-11-21T10:00:00+00:00" });
    let mut completed = event.clone();
    completed["type"] = json!("task.completed");
    completed["data"]["after"]["recurring_task_id"] = completed["data"]["task_id"].clone();

    ada.delete("/api/auth/me").await.expect(204);
    app.as_dapr("/internal/audit/events").json(&event).send().await.expect(200);
    app.as_dapr("/internal/notifications/events").json(&due).send().await.expect(200);
    app.as_dapr("/internal/recurrence/events").json(&completed).send().await.expect(200);
    app.as_dapr("/internal/audit/dead-letters/audit").json(&event).send().await.expect(200);

    let stored = wait_for_trail(&root, &format!("/api/audit?user_id={}", ada.id()), 1).await;
    assert_eq!((stored.len(), &stored[0]["event_type"]), (1, &json!("task.created")));
    assert_eq!(stored[0]["data"]["after"], Value::Null);
    let letters = app
        .database
        .rows("select consumer, event -> 'data' ->> 'after' as after from app.dead_letters")
        .await;
    assert_eq!(letters, [json!({ "consumer": "audit", "after": null })]);
}

#[tokio::test]
async fn the_trail_allows_nothing_but_the_erasure_of_a_deleted_account() {
    let app = App::with_events().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    for person in [&ada, &ben] {
        person.task("secret plan").await;
        wait_for_trail(person, "/api/audit", 1).await;
    }
    ada.delete("/api/auth/me").await.expect(204);
    let owner = app.database.owner().await;
    let of = |person: &Person| format!("where user_id = '{}'", person.id());

    for change in [
        format!("update app.audit set data = app.erase_contents(data) {}", of(&ben)),
        format!("update app.audit set data = '{{}}' {}", of(&ada)),
        format!("update app.audit set data = jsonb_set(data::jsonb, '{{after}}', '1') {}", of(&ada)),
        format!("update app.audit set data = app.erase_contents(data), event_type = 'x' {}", of(&ada)),
        format!("update app.audit set occurred_at = now() {}", of(&ada)),
        format!("update app.audit set user_id = null {}", of(&ada)),
        format!("delete from app.audit {}", of(&ada)),
        "truncate app.audit".to_owned(),
    ] {
        assert!(owner.batch_execute(&change).await.is_err(), "{change}");
    }
    owner
        .batch_execute(&format!("update app.audit set data = app.erase_contents(data) {}", of(&ada)))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_large_account_is_closed_at_once_and_deleted_in_steps() {
    let app = App::with(&[("app_api_token", DAPR_TOKEN)]).await;
    let ada = app.account("ada@example.com").await;
    let fill = format!(
        "insert into app.tasks (id, user_id, title) select gen_random_uuid(), '{}', 'number ' || number
           from generate_series(1, 3000) as number",
        ada.id()
    );
    app.database.change(&fill).await;

    delete(&ada, json!({ "password": PASSWORD })).await.expect(204);

    ada.get("/api/auth/me").await.problem(401);
    let rest = app.database.rows("select email, name, password_hash from app.users").await;
    assert_eq!(rest, [json!({ "email": null, "name": null, "password_hash": null })]);
    app.account("ada@example.com").await;
    poll_until("the rest is deleted", async || {
        app.as_dapr("/internal/housekeeping").send().await.expect(200);
        tables_with(&app, &ada).await.is_empty().then_some(())
    })
    .await;
    let tombstones = app.database.rows("select 1 from app.tombstones").await;
    assert_eq!(tombstones, [] as [Value; 0]);
}

#[tokio::test]
async fn what_was_being_stored_during_the_deletion_is_erased_a_minute_later() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    ada.task("secret plan").await;
    wait_for_trail(&ada, "/api/audit", 1).await;
    ada.delete("/api/auth/me").await.expect(204);
    // As if a consumer had inserted the event before the deletion was visible to it.
    let late = format!(
        "insert into app.audit
         select gen_random_uuid(), occurred_at, event_type, user_id, task_id, seq,
                '{{\"after\": {{\"title\": \"secret plan\"}}}}'::json
           from app.audit where user_id = '{}'",
        ada.id()
    );
    app.database.change(&late).await;
    app.as_dapr("/internal/housekeeping").send().await.expect(200);
    let secrets = "select 1 from app.audit where data::text like '%secret%'";
    assert_eq!(app.database.rows(secrets).await.len(), 1, "it is not time yet");

    let a_minute_later = "update app.removals set began_at = began_at - interval '1 minute', next_at = now()";
    app.database.change(a_minute_later).await;
    app.as_dapr("/internal/housekeeping").send().await.expect(200);

    poll_until("the second pass", async || {
        app.database
            .rows("select 1 from app.removals where next_at is not null")
            .await
            .is_empty()
            .then_some(())
    })
    .await;
    assert_eq!(app.database.rows(secrets).await, [] as [Value; 0]);
}

#[tokio::test]
async fn requests_during_the_deletion_are_answered_as_signed_out() {
    let app = App::start().await;
    for _ in 0..5 {
        let ada = app.guest().await;
        ada.task("first").await;
        let writes: Vec<_> = (0..5)
            .map(|number| {
                let ada = ada.clone();
                tokio::spawn(async move {
                    match number {
                        2 => ada.delete("/api/auth/me").await.status,
                        _ => ada.post("/api/tasks", json!({ "title": "another" })).await.status,
                    }
                })
            })
            .collect();
        let mut statuses = Vec::new();
        for write in writes {
            statuses.push(write.await.unwrap());
        }
        assert!(statuses.iter().all(|status| [201, 204, 401, 429].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&204), "{statuses:?}");
        assert_eq!(tables_with(&app, &ada).await, [] as [&str; 0]);
    }
}
