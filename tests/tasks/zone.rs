//! A user with very many all-day tasks changes the time zone: at once, and the tasks follow in steps.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person};

use crate::events::poll_until;

/// Number of all-day tasks: more than two steps.
const TASKS: usize = 1200;

async fn app_without_sidecar() -> App {
    App::with(&[("app_api_token", DAPR_TOKEN)]).await
}

/// Adds all-day tasks of a user in New York, each with its day as title.
async fn add_tasks(app: &App, ada: &Person) {
    let fill = format!(
        "insert into app.tasks (id, user_id, title, due_date, all_day)
         select gen_random_uuid(), '{}', day::text, (day + time '23:59') at time zone 'America/New_York', true
           from generate_series(1, {TASKS}) as number,
                lateral (select date '2031-01-01' + number as day) as days",
        ada.id()
    );
    app.database.change(&fill).await;
}

/// Returns the number of tasks that are due at the end of their day in a zone.
async fn count_due_in(app: &App, zone: &str) -> usize {
    let due = format!(
        "select 1 from app.tasks
          where all_day and due_date = (due_on + time '23:59') at time zone '{zone}' and due_on::text = title"
    );
    app.database.rows(&due).await.len()
}

async fn change_zone(ada: &Person, zone: &str) {
    let user = ada.patch("/api/auth/me", json!({ "timezone": zone })).await.expect(200).json();
    assert_eq!(user["timezone"], zone);
}

/// Lets the work after the response fail, as if it had been killed.
async fn kill_work_after_response(app: &App) {
    let refuse = "do $$
        declare body text;
        begin
            select oid::regprocedure into strict body from pg_proc
             where pronamespace = 'statements'::regnamespace and proname like 'move\\_rest\\_%';
            execute format('revoke execute on function %s from taskflow_user', body);
        end $$";
    app.database.change(refuse).await;
}

async fn housekeeping(app: &App) {
    app.as_dapr("/internal/housekeeping").send().await.expect(200);
}

/// Returns the newest state of all tasks that have changed since a `seq`, by title.
async fn changes_since(ada: &Person, mut since: i64) -> BTreeMap<String, Value> {
    let mut changed = BTreeMap::new();
    loop {
        let page = ada.get(&format!("/api/sync?since={since}&limit=200")).await.expect(200).json();
        for change in page["changes"].as_array().unwrap().iter().filter(|change| change["kind"] == "task") {
            changed.insert(change["data"]["title"].as_str().unwrap().to_owned(), change["data"].clone());
        }
        since = page["seq"].as_i64().unwrap();
        if page["more"] == false {
            return changed;
        }
    }
}

#[tokio::test]
async fn very_many_all_day_tasks_follow_their_user_after_the_response() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    add_tasks(&app, &ada).await;

    change_zone(&ada, "Europe/Berlin").await;

    let everything = async || (count_due_in(&app, "Europe/Berlin").await == TASKS).then_some(());
    poll_until("all tasks follow", everything).await;
    poll_until("nothing is left to do", async || {
        app.database.rows("select 1 from app.zone_changes").await.is_empty().then_some(())
    })
    .await;
    let versions = app.database.rows("select distinct version from app.tasks").await;
    assert_eq!(versions, [json!({ "version": 2 })], "each was moved once");
}

#[tokio::test]
async fn the_request_moves_a_part_and_housekeeping_what_a_crash_has_left() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    add_tasks(&app, &ada).await;
    let reminders =
        "insert into app.reminders (user_id, task_id, before) select user_id, id, '1h' from app.tasks";
    app.database.change(reminders).await;
    let seen = app.database.rows("select seq from app.users").await[0]["seq"].as_i64().unwrap();
    kill_work_after_response(&app).await;

    change_zone(&ada, "Europe/Berlin").await;

    let moved = count_due_in(&app, "Europe/Berlin").await;
    assert!((1..=500).contains(&moved), "one step moves {moved}");
    assert_eq!(count_due_in(&app, "America/New_York").await, TASKS - moved, "the rest is due as before");
    let changed = changes_since(&ada, seen).await;
    assert_eq!(changed.len(), moved, "clients learn of what was moved");

    housekeeping(&app).await;

    assert_eq!(count_due_in(&app, "Europe/Berlin").await, TASKS);
    assert_eq!(changes_since(&ada, seen).await.len(), TASKS);
    let before = "select 1 from app.reminders join app.tasks on tasks.id = reminders.task_id
                   where remind_at = due_date - interval '1 hour' and reminders.status = 'pending'";
    assert_eq!(app.database.rows(before).await.len(), TASKS, "reminders follow too");
    assert_eq!(app.database.rows("select 1 from app.zone_changes").await, [] as [Value; 0]);
}

#[tokio::test]
async fn whatever_happens_between_the_steps_each_task_keeps_its_day() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    add_tasks(&app, &ada).await;
    kill_work_after_response(&app).await;
    change_zone(&ada, "Europe/Berlin").await;
    let left = "select id, title from app.tasks
                 where due_date = (due_on + time '23:59') at time zone 'America/New_York' order by title";
    let left = app.database.rows(left).await;
    let path = |number: usize| format!("/api/tasks/{}", left[number]["id"].as_str().unwrap());
    let end_of = |day: &str, utc: &str| json!(format!("{day}T{utc}:00+00:00"));

    // A change brings the due date up to date; a time or another day replaces it.
    let day = left[0]["title"].as_str().unwrap().to_owned();
    let renamed = ada.patch(&path(0), json!({ "description": "more" })).await.expect(200).json();
    let in_winter = renamed["due_date"] == end_of(&day, "22:59");
    assert!(in_winter || renamed["due_date"] == end_of(&day, "21:59"), "{renamed}");
    let at = json!({ "title": "at a time", "due_date": "2031-07-01T10:00:00Z" });
    ada.patch(&path(1), at).await.expect(200);
    let on = json!({ "title": "2031-07-02", "due_date": "2031-07-02" });
    let on = ada.patch(&path(2), on).await.expect(200).json();
    assert_eq!(on["due_date"], end_of("2031-07-02", "21:59"));
    ada.post(&format!("{}/complete", path(3)), json!({})).await.expect(200);
    ada.delete(&path(4)).await.expect(204);
    change_zone(&ada, "Asia/Tokyo").await;
    housekeeping(&app).await;

    assert_eq!(count_due_in(&app, "Asia/Tokyo").await, TASKS - 1);
    let timed = ada.get(&path(1)).await.expect(200).json();
    assert_eq!((&timed["due_date"], &timed["all_day"]), (&json!("2031-07-01T10:00:00+00:00"), &json!(false)));
    assert_eq!(app.database.rows("select 1 from app.zone_changes").await, [] as [Value; 0]);
}

#[tokio::test]
async fn very_many_series_follow_their_user_in_steps() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    let series = json!({ "title": "water plants", "frequency": "daily",
                         "start_date": "2031-06-01T09:00:00-04:00" });
    ada.post("/api/recurring-tasks", series).await.expect(201);
    // Copies of the series, each with its open occurrence.
    let copies = "insert into app.series
        select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid()))).*
          from app.series as one, generate_series(1, 399);
        insert into app.tasks (id, user_id, title, due_date, recurring_task_id, occurrence, place)
        select gen_random_uuid(), series.user_id, series.title, task.due_date, series.id, 1, task.place
          from app.tasks as task join app.series on series.id <> task.recurring_task_id";
    app.database.change(copies).await;
    kill_work_after_response(&app).await;

    change_zone(&ada, "Europe/Berlin").await;

    let moved = "select 1 from app.series join app.tasks as task on task.recurring_task_id = series.id
                  where series.rule ->> 'timezone' = 'Europe/Berlin'
                    and task.due_date = timestamp '2031-06-01 09:00' at time zone 'Europe/Berlin'";
    let left = "select 1 from app.series join app.tasks as task on task.recurring_task_id = series.id
                 where series.rule ->> 'timezone' = 'America/New_York'
                   and task.due_date = timestamp '2031-06-01 09:00' at time zone 'America/New_York'";
    let first = app.database.rows(moved).await.len();
    assert!((1..400).contains(&first), "one step moves {first}");
    assert_eq!(app.database.rows(left).await.len(), 400 - first, "each moves with its occurrence");
    housekeeping(&app).await;
    assert_eq!(app.database.rows(moved).await.len(), 400);
}
