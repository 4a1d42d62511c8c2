//! Guarantees of the database itself, whatever a function sends.

mod plans;
mod shapes;

use std::time::Duration;

use serde_json::{Value, json};
use tests::App;
use tokio_postgres::Client;

const USER: &str = "taskflow_user";
const SERVICE: &str = "taskflow_service";

async fn is_refused(client: &Client, statement: &str) -> bool {
    let error = client.batch_execute(statement).await.err();
    error.and_then(|error| error.code().map(|code| code.code() == "42501")).unwrap_or(false)
}

#[tokio::test]
async fn neither_role_can_access_a_table_or_create_anything() {
    let app = App::start().await;
    for role in [USER, SERVICE] {
        let client = app.database.role(role).await;
        let tables =
            app.database.rows("select tablename from pg_tables where schemaname in ('app', 'public')").await;
        assert!(tables.len() >= 5, "{tables:?}");
        for table in tables {
            let name = table["tablename"].as_str().unwrap();
            for statement in [
                format!("select * from app.{name}"),
                format!("delete from app.{name}"),
                format!("select * from public.{name}"),
            ] {
                assert!(is_refused(&client, &statement).await, "{role}: {statement}");
            }
        }
        for statement in
            ["select app.refuse('x')", "create table statements.mine ()", "create table public.mine ()"]
        {
            assert!(is_refused(&client, statement).await, "{role}: {statement}");
        }
    }
}

#[tokio::test]
async fn neither_role_can_call_the_functions_of_the_other() {
    let app = App::start().await;
    let of_users = app.database.install("of_users", "-- frame: open\nselect 'row', 'true'").await;
    let of_services =
        app.database.install("of_services", "-- frame: read, for service\nselect 'row', 'true'").await;
    let call = |name: &str| format!("select statements.{name}('{{}}', '{{}}')");

    let (user, service) = (app.database.role(USER).await, app.database.role(SERVICE).await);

    assert!(user.batch_execute(&call(&of_users)).await.is_ok());
    assert!(service.batch_execute(&call(&of_services)).await.is_ok());
    assert!(is_refused(&user, &call(&of_services)).await);
    assert!(is_refused(&service, &call(&of_users)).await);
}

#[tokio::test]
async fn only_a_service_can_act_for_a_user() {
    let app = App::start().await;
    let ada = app.guest().await;
    let body = "-- frame: read, for service\nselect 'row', to_json(caller)::text";
    let of_services = app.database.install("whoami", body).await;
    let of_users =
        app.database.install("whoami", "-- frame: read\nselect 'row', to_json(caller)::text").await;
    let principal = json!({ "service": "recurrence", "user": ada.id(), "actor": "system" });

    let response = call(&app.database.role(SERVICE).await, &of_services, &principal, &json!({})).await;
    assert_eq!(response, [json!(ada.id())]);
    let response = call(&app.database.role(USER).await, &of_users, &principal, &json!({})).await;
    assert_eq!(response[0], json!({ "error": "not_signed_in" }));
}

#[tokio::test]
async fn a_refusal_commits_the_frame_and_rolls_back_the_body() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("stays as it is").await;
    app.database.change("update app.sessions set expires_at = now() + interval '1 day'").await;
    let body = "-- frame: write\n\
                with changed as (update tasks set title = 'changed' where user_id = caller returning 1)\n\
                select 'row', refuse('no_such_luck')::text from changed";
    let name = app.database.install("refusing", body).await;

    let principal = json!({ "session": web::fingerprint(&ada.token), "actor": "user" });
    let response = call(&app.database.role(USER).await, &name, &principal, &json!({})).await;

    assert_eq!(response, [json!({ "error": "no_such_luck", "constraint": null, "context": null })]);
    assert_eq!(ada.titles("/api/tasks").await, ["stays as it is"]);
    let sessions =
        app.database.rows("select expires_at > now() + interval '29 days' as longer from app.sessions").await;
    assert_eq!(sessions, [json!({ "longer": true })], "the frame made the session last longer");
}

#[tokio::test]
async fn a_violated_constraint_is_named_without_its_message() {
    let app = App::start().await;
    let ada = app.guest().await;
    let body = "-- frame: write\n\
                insert into tasks (id, user_id, title, priority)\n\
                values (gen_random_uuid(), caller, input ->> 'title', 'odd')\n\
                returning 'row', '1'";
    let name = app.database.install("violating", body).await;

    let principal = json!({ "session": web::fingerprint(&ada.token), "actor": "user" });
    let response =
        call(&app.database.role(USER).await, &name, &principal, &json!({ "title": "private words" })).await;

    assert_eq!(response[0]["error"], "23514");
    assert_eq!(response[0]["constraint"], "tasks_priority_is_known");
    assert!(!response[0].to_string().contains("private words"), "{response:?}");
}

#[tokio::test]
async fn a_request_for_something_of_another_user_waits_for_the_disk_no_more_than_one_for_nothing() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let of_ben = ben.create(json!({ "title": "of another user" })).await.id();
    let mut owner = app.database.owner().await;

    for id in [of_ben.as_str(), "00000000-0000-7000-8000-000000000000"] {
        let request = owner.transaction().await.unwrap();
        request.batch_execute("set local synchronous_commit = on").await.unwrap();
        let report =
            format!(r#"select app.report_foreign_access('{{}}', '{{"id": "{id}"}}', '{}')"#, ada.id());
        request.batch_execute(&report).await.unwrap();
        let waits = request.query_one("show synchronous_commit", &[]).await.unwrap();
        assert_eq!(waits.get::<_, &str>(0), "off", "{id}");
        request.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn bulk_writers_of_one_user_never_deadlock_and_their_changes_are_ordered() {
    const WRITERS: usize = 8;
    const TASKS: usize = 40;
    let app = App::start().await;
    let ada = app.guest().await;
    let fill = format!(
        "insert into app.tasks (id, user_id, title) select gen_random_uuid(), '{}', 'task ' || n
           from generate_series(1, {TASKS}) n",
        ada.id()
    );
    app.database.change(&fill).await;
    // Each writer locks the rows in a different order, which invites deadlocks.
    let body = "-- frame: write\n\
                update tasks set description = input ->> 'by'\n  \
                  from (select id from tasks where user_id = caller\n        \
                         order by md5(id::text || (input ->> 'by')) for update) as mine\n \
                 where tasks.id = mine.id\n\
                returning 'row', 'true'";
    let name = app.database.install("bulk", body).await;
    let principal = json!({ "session": web::fingerprint(&ada.token), "actor": "user" });

    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (client, name, principal) = (app.database.role(USER).await, name.clone(), principal.clone());
        writers.push(tokio::spawn(async move {
            let input = json!({ "by": format!("writer {writer}") });
            // On a slow machine the last in line are refused after a second.
            loop {
                let response = call(&client, &name, &principal, &input).await;
                if response != [json!({ "error": "busy" })] {
                    return response;
                }
            }
        }));
    }
    for writer in writers {
        let response = tokio::time::timeout(Duration::from_secs(30), writer)
            .await
            .expect("no writer blocks forever")
            .unwrap();
        assert_eq!(response.len(), TASKS, "{response:?}");
        assert!(response.iter().all(|row| row == &json!(true)), "{response:?}");
    }

    let order =
        app.database.rows("select count(distinct seq) as places, max(seq) as last from app.outbox").await;
    let changes = TASKS * (WRITERS + 1);
    assert_eq!(order, [json!({ "places": changes, "last": changes })]);
}

async fn call(client: &Client, name: &str, principal: &Value, input: &Value) -> Vec<Value> {
    let rows = client
        .query(
            &format!(
                "select body from statements.{name}($1, $2) where kind not in ('quota', 'session', 'lease', 'seq')"
            ),
            &[principal, input],
        )
        .await
        .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    rows.iter().map(|row| serde_json::from_str::<Value>(row.get(0)).unwrap()).collect()
}
