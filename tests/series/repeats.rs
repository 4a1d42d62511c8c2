use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person, bulk_of};

use super::{
    CONSUMER, SERIES_PATH, Series, app_without_sidecar, deliver, deliver_one_by_one, due_date_of,
    generated_event, is_acknowledged, path, pending_events, reminders, with,
};
use crate::events::{created_event, poll_until, wait_for_empty_outbox};

const FIRST: &str = "2031-01-01T09:00:00Z";
const SECOND: &str = "2031-01-02T09:00:00Z";

/// Returns the only completion event that is pending.
async fn completion_event(app: &App) -> Value {
    let mut events = pending_events(app).await;
    events.retain(|event| event["type"] == "task.completed");
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

#[tokio::test]
async fn twenty_concurrent_deliveries_create_one_next_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.complete().await;
    let (alone, together) =
        (completion_event(&app).await, bulk_of("task-events", &pending_events(&app).await));

    let calls = (0..20).map(|number| {
        let body = if number % 2 == 0 { &alone } else { &together };
        app.as_dapr(CONSUMER).json(body).send()
    });
    for response in join_all(calls).await {
        response.expect(200);
    }

    deliver(&app).await;
    let next = series.open_occurrence().await;
    assert_eq!(due_date_of(&next), SECOND);
    generated_event(&app, &next).await;
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-01-03T09:00:00Z");
}

#[tokio::test]
async fn consumers_of_the_same_events_in_different_orders_create_one_next_occurrence_each() {
    let app = app_without_sidecar().await;
    let people = join_all((0..6).map(|_| app.guest())).await;
    let all = join_all(people.iter().map(|person| Series::daily(&app, person))).await;
    join_all(all.iter().map(|series| series.complete())).await;
    let mut events = pending_events(&app).await;
    let forth = bulk_of("task-events", &events);
    events.reverse();
    let back = bulk_of("task-events", &events);

    let calls =
        (0..8).map(|number| app.as_dapr(CONSUMER).json(if number % 2 == 0 { &forth } else { &back }).send());
    for response in join_all(calls).await {
        response.expect(200);
    }

    deliver(&app).await;
    for series in &all {
        assert_eq!(due_date_of(&series.open_occurrence().await), SECOND);
    }
}

#[tokio::test]
async fn a_redelivery_after_housekeeping_creates_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    assert_eq!(due_date_of(&series.complete_and_deliver().await), SECOND);

    // As housekeeping does after some days.
    app.database.change("delete from app.consumed_events").await;
    deliver(&app).await;

    assert_eq!(due_date_of(&series.open_occurrence().await), SECOND);
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-01-03T09:00:00Z");
    app.database.change("delete from app.consumed_events").await;
    deliver(&app).await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-03T09:00:00Z");
}

async fn remove(ada: &Person, task: &str, step: &str) {
    match step {
        "complete" => ada.post(&format!("{task}/complete"), json!({})).await.expect(200),
        "trash" => ada.delete(task).await.expect(204),
        _ => ada.delete(&format!("{task}?permanent=true")).await.expect(204),
    };
}

#[tokio::test]
async fn an_occurrence_completed_and_deleted_has_one_next_occurrence_in_any_order_of_events() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (one, other) in [("complete", "trash"), ("complete", "purge"), ("trash", "purge")] {
        for reversed in [false, true] {
            let series = Series::daily(&app, &ada).await;
            let first = path(&series.open_occurrence().await);
            remove(&ada, &first, one).await;
            remove(&ada, &first, other).await;

            let mut events = pending_events(&app).await;
            if reversed {
                events.reverse();
            }
            deliver_one_by_one(&app, &events).await;

            deliver(&app).await;
            assert_eq!(due_date_of(&series.open_occurrence().await), SECOND, "{one}, {other}, {reversed}");
            assert_eq!(
                due_date_of(&series.complete_and_deliver().await),
                "2031-01-03T09:00:00Z",
                "{one}, {other}, {reversed}"
            );
        }
    }
}

/// Returns everything that a consumer may have changed.
async fn derived_rows(app: &App) -> Vec<Value> {
    let query = "select (select jsonb_agg(t order by t.id) from app.tasks t) as tasks,
                        (select jsonb_agg(s order by s.id) from app.series s) as series,
                        (select jsonb_agg(r order by r.id) from app.reminders r) as reminders,
                        (select jsonb_agg(o.event_id order by o.position) from app.outbox o) as events,
                        (select jsonb_agg(d order by d.event_id) from app.consumed_events d) as consumed,
                        (select jsonb_agg(u.seq order by u.id) from app.users u) as places";
    app.database.rows(query).await
}

#[tokio::test]
async fn a_consumer_that_fails_at_any_step_has_no_effect_and_succeeds_on_redelivery() {
    let app = app_without_sidecar().await;
    for (what, table) in [
        ("insert", "tasks"),
        ("insert", "reminders"),
        ("update", "series"),
        ("insert", "outbox"),
        ("insert", "consumed_events"),
    ] {
        // Either the statement fails or its whole Postgres process dies.
        for how in
            ["raise exception 'out of order'", "perform pg_terminate_backend(pg_backend_pid()), pg_sleep(60)"]
        {
            let ada = app.guest().await;
            let series = Series::daily(&app, &ada).await;
            deliver(&app).await;
            series.complete().await;
            let (event, before) = (completion_event(&app).await, derived_rows(&app).await);
            let break_it = format!(
                "create function app.be_broken() returns trigger language plpgsql as $$
                 begin {how}; return new; end $$;
                 create trigger broken before {what} on app.{table}
                    for each row execute function app.be_broken()"
            );
            app.database.change(&break_it).await;

            let response = app.as_dapr(CONSUMER).json(&event).send().await;

            let comes_again = response.status >= 500 || response.json()["status"] == "RETRY";
            assert!(comes_again, "{what} {table}, {how}: {response:?}");
            assert_eq!(derived_rows(&app).await, before, "{what} {table}, {how}");
            app.database.change("drop function app.be_broken() cascade").await;
            // The pool notices its broken connections one by one.
            poll_until("the event is taken", async || {
                is_acknowledged(&app.as_dapr(CONSUMER).json(&event).send().await).then_some(())
            })
            .await;
            deliver(&app).await;
            let next = series.open_occurrence().await;
            assert_eq!(due_date_of(&next), SECOND, "{what} {table}, {how}");
            assert_eq!(reminders(&ada, &next).await, ["1h"], "{what} {table}, {how}");
            generated_event(&app, &next).await;
        }
    }
}

#[tokio::test]
async fn an_event_of_a_deleted_user_creates_nothing_and_blocks_no_other() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let (of_ada, of_ben) = (Series::daily(&app, &ada).await, Series::daily(&app, &ben).await);
    of_ada.complete().await;
    of_ben.complete().await;
    let events = pending_events(&app).await;
    app.database.change(&format!("delete from app.users where id = '{}'", ada.id())).await;

    let response = app.as_dapr(CONSUMER).json(&bulk_of("task-events", &events)).send().await;
    assert!(is_acknowledged(&response), "{response:?}");
    deliver_one_by_one(&app, &events).await;

    assert_eq!(due_date_of(&of_ben.open_occurrence().await), SECOND);
    let query = format!("select id from app.tasks where user_id = '{}'", ada.id());
    assert_eq!(app.database.rows(&query).await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_event_of_an_unknown_task_creates_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let open = series.open_occurrence().await;
    let before = derived_rows(&app).await[0]["tasks"].clone();
    for kind in ["task.completed", "task.deleted", "task.purged"] {
        let mut event = created_event(&ada.id(), 1_000_000);
        event["type"] = json!(kind);
        let made_up = with(open.clone(), json!({ "id": event["id"], "status": "completed" }));
        event["data"]["before"] = made_up.clone();
        event["data"]["after"] = if kind == "task.purged" { Value::Null } else { made_up };

        deliver_one_by_one(&app, &[event.clone(), event]).await;
    }

    assert_eq!(derived_rows(&app).await[0]["tasks"], before);
    assert_eq!(due_date_of(&series.open_occurrence().await), FIRST);
}

#[tokio::test]
async fn an_occurrence_completed_during_an_outage_gets_its_next_one_afterwards() {
    let mut app = App::with_events().await;
    app.kill_sidecar();
    let ada = app.guest().await;
    let daily = json!({ "title": "water plants", "frequency": "daily", "start_date": FIRST });
    let task = ada.post(SERIES_PATH, daily).await.expect(201);
    let first = ada.get("/api/tasks").await.expect(200).json()["items"][0].clone();
    ada.post(&format!("{}/complete", path(&first)), json!({})).await.expect(200);
    assert_eq!(ada.get("/api/tasks?status=active").await.json()["total"], 0);

    app.restart_sidecar().await;

    let series = Series { app: &app, ada: &ada, id: task.id(), path: task.header("location").to_owned() };
    let next = poll_until("the next occurrence", async || series.tasks("status=active").await.pop()).await;
    assert_eq!(due_date_of(&next), SECOND);
    wait_for_empty_outbox(&app).await;
    assert_eq!(due_date_of(&series.open_occurrence().await), SECOND);
}
