//! After an outage everything works again, and nothing is lost.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tests::{App, Database};

use super::{
    add_slow_trigger, assert_all_arrive, create_tasks_at_rate, created_event, deliver, is_full, poll_until,
    requeue, wait_for_empty_outbox, wait_for_slow_trigger, wait_for_trail,
};

const WRITES_A_SECOND: u32 = 50;

/// Duration of the broker's outage. It is short without Kafka, to keep the usual run fast.
fn outage_duration() -> Duration {
    Duration::from_secs(if is_full() { 30 } else { 3 })
}

#[tokio::test]
async fn a_broker_outage_under_load_slows_no_write_and_loses_no_event() {
    let mut app = App::with_events_and_own_broker().await;
    let people = join_all((0..10).map(|_| app.guest())).await;
    let usual = create_tasks_at_rate(people.clone(), WRITES_A_SECOND, Duration::from_secs(1)).await;

    let writes = tokio::spawn(create_tasks_at_rate(people, WRITES_A_SECOND, outage_duration()));
    app.kill_broker();
    let took = writes.await.unwrap();
    let waiting = app.database.rows("select 1 from app.outbox").await.len();
    app.restart_broker().await;

    assert!(waiting * 10 > took.len() * 9, "only {waiting} of {} wait: the broker was not away", took.len());
    // The limit allows twice the usual latency, as a slow machine varies that much.
    let most = Duration::from_millis(200).max(2 * latency_p95(&usual));
    let slowest = latency_p95(&took);
    assert!(slowest <= most, "{slowest:?} without the broker, {:?} with it", latency_p95(&usual));
    assert_all_arrive(&app, usual.len() + took.len()).await;
}

fn latency_p95(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() * 95 / 100]
}

#[tokio::test]
async fn repeatedly_killing_the_sidecar_loses_no_event() {
    let mut app = App::with_events().await;
    let people = join_all((0..5).map(|_| app.guest())).await;
    let writes = tokio::spawn(create_tasks_at_rate(people, WRITES_A_SECOND, Duration::from_secs(2)));
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        app.kill_sidecar();
        tokio::time::sleep(Duration::from_millis(250)).await;
        app.restart_sidecar().await;
    }

    assert_all_arrive(&app, writes.await.unwrap().len()).await;
}

/// Makes the transaction of the audit function fail that many times.
async fn fail_first(app: &App, times: u32) {
    let change = format!(
        "create sequence app.tries;
         create function app.fail() returns trigger language plpgsql security definer as $$
         begin
             if nextval('app.tries') <= {times} then
                 raise exception 'not now';
             end if;
             return null;
         end $$;
         create constraint trigger fail after insert on app.consumed_events deferrable initially deferred
            for each row execute function app.fail()"
    );
    app.database.change(&change).await;
}

/// Makes the audit function reject tasks with a title, until `stop_rejecting`.
async fn reject_title(app: &App, title: &str) {
    let change = format!(
        "create function app.fail() returns trigger language plpgsql as $$
         begin
             if new.data #>> '{{after,title}}' = '{title}' then
                 raise exception 'not this one';
             end if;
             return new;
         end $$;
         create trigger fail before insert on app.audit for each row execute function app.fail()"
    );
    app.database.change(&change).await;
}

async fn stop_rejecting(app: &App) {
    app.database.change("drop trigger fail on app.audit").await;
}

#[tokio::test]
async fn a_consumer_that_recovers_after_three_failures_processes_an_event_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    fail_first(&app, 3).await;
    let event = created_event(&ada.id(), 1);
    let response = app.as_dapr("/internal/audit/events").json(&event).send().await;
    assert!(response.status >= 500, "{response:?}");

    ada.task("consumed at last").await;

    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await[0]["data"]["after"]["title"], "consumed at last");
    let tries = app.database.rows("select last_value as n from app.tries").await;
    assert_eq!(tries, [json!({ "n": 4 })], "one direct conflict, and three of the other");
    let taken = app.database.rows("select outcome from app.consumed_events").await;
    assert_eq!(taken, [json!({ "outcome": "done" })]);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
}

#[tokio::test]
async fn only_the_failed_events_of_a_bulk_are_delivered_again() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    reject_title(&app, "refused").await;
    let mut events: Vec<_> = (1..=5).map(|seq| created_event(&ada.id(), seq)).collect();
    for refused in [1, 3] {
        events[refused]["data"]["after"]["title"] = json!("refused");
    }

    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "RETRY", "SUCCESS", "RETRY", "SUCCESS"]);
    assert_eq!(wait_for_trail(&ada, "/api/audit", 3).await.len(), 3);
    stop_rejecting(&app).await;
    assert_eq!(deliver(&app, &[events[1].clone(), events[3].clone()]).await, ["SUCCESS", "SUCCESS"]);

    assert_eq!(wait_for_trail(&ada, "/api/audit", 5).await.len(), 5);
    let counted = app
        .database
        .rows("select outcome, sum(times) as n from app.consumer_counters group by 1 order by 1")
        .await;
    let expected =
        [("done", 3), ("failed", 2), ("late", 2)].map(|(outcome, n)| json!({ "outcome": outcome, "n": n }));
    assert_eq!(counted, expected);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
}

#[tokio::test]
async fn a_poison_event_is_dead_lettered_and_can_be_requeued_after_a_fix() {
    let app = App::with_events_retried(2).await;
    let ada = app.guest().await;
    reject_title(&app, "poison").await;
    for title in ["before", "poison", "behind"] {
        ada.task(title).await;
    }

    let letters = poll_until("the dead letter", async || {
        let letters = app
            .database
            .rows("select reason, event #>> '{data,after,title}' as title from app.dead_letters")
            .await;
        (!letters.is_empty()).then_some(letters)
    })
    .await;
    assert_eq!(letters, [json!({ "reason": "retries_exhausted", "title": "poison" })]);
    let titles = async |count| {
        let items = wait_for_trail(&ada, "/api/audit", count).await;
        items
            .iter()
            .map(|item| item["data"]["after"]["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(2).await, ["before", "behind"], "it blocks no other event");

    stop_rejecting(&app).await;
    assert_eq!(requeue(&app), "requeued: dead letters 1, parked events 0");
    assert_eq!(titles(3).await, ["before", "poison", "behind"]);
    wait_for_empty_outbox(&app).await;
    assert_eq!(requeue(&app), "requeued: dead letters 0, parked events 0");
    assert_eq!(app.database.rows("select 1 from app.consumed_events").await.len(), 3);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 1, "it is still listed");
}

#[tokio::test]
async fn an_event_dead_lettered_after_a_temporary_failure_is_requeued_automatically() {
    let app = App::with_events_retried(1).await;
    let ada = app.guest().await;
    reject_title(&app, "later").await;
    ada.task("later").await;
    poll_until("the dead letter", async || {
        (!app.database.rows("select 1 from app.dead_letters").await.is_empty()).then_some(())
    })
    .await;

    stop_rejecting(&app).await;
    app.as_dapr("/internal/housekeeping").send().await.expect(200);

    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await[0]["data"]["after"]["title"], "later");
}

#[tokio::test]
async fn after_a_database_outage_everything_works_within_five_seconds() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.kill_sidecar();
    let mut made = 0;
    for _ in 0..5 {
        ada.task("left in the outbox").await;
        made += 1;
    }
    app.restart_sidecar().await;

    app.database.refuse_connections().await;
    let gone = Instant::now();
    while gone.elapsed() < Duration::from_secs(2) {
        ada.post("/api/tasks", json!({ "title": "refused" })).await.problem(503);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.database.accept_connections().await;

    let back = Instant::now();
    poll_until("a write", async || {
        let response = ada.post("/api/tasks", json!({ "title": "after it" })).await;
        if response.status != 201 {
            response.problem(503);
        }
        (response.status == 201).then_some(())
    })
    .await;
    assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    made += 1;
    assert_all_arrive(&app, made).await;
}

#[tokio::test]
async fn an_event_in_flight_during_a_database_outage_is_consumed_afterwards() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    // The outage begins while the consumer's statement runs.
    add_slow_trigger(&app, "before insert on app.audit for each row").await;
    ada.task("in flight").await;
    wait_for_slow_trigger(&app).await;

    app.database.refuse_connections().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    app.database.accept_connections().await;
    app.database.change("drop trigger slow on app.audit").await;

    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await[0]["data"]["after"]["title"], "in flight");
    assert_all_arrive(&app, 1).await;
}

#[tokio::test]
async fn a_database_that_hangs_is_a_503_within_two_seconds() {
    if std::env::var("TASKFLOW_ENGINE").as_deref() == Ok("spin") {
        eprintln!("skipped: Spin waits for a server that hangs, and offers no timeout");
        return;
    }
    let relay = Database::relay().await;
    let app = App::with(&relay.variables()).await;
    let ada = app.guest().await;
    ada.get("/api/tasks").await.expect(200);

    relay.fall_silent();

    // On the pooled connection, on a new one, and on more than the pool has.
    for requests in [1, 1, 100] {
        let began = Instant::now();
        for response in join_all((0..requests).map(|_| ada.get("/api/tasks"))).await {
            response.problem(503);
            assert!(!response.header("retry-after").is_empty(), "{response:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{requests} took {:?}", began.elapsed());
    }
    assert_eq!(app.get("/ready").await.expect(503).json()["dependencies"]["postgres"], "down");
    app.get("/live").await.expect(200);

    relay.recover();
    poll_until("a response", async || (ada.get("/api/tasks").await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn a_statement_that_waits_for_a_lock_is_refused_within_two_seconds() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut owner = app.database.owner().await;
    let change = owner.transaction().await.unwrap();
    change.batch_execute("lock table app.tasks in access exclusive mode").await.unwrap();

    let began = Instant::now();
    ada.get("/api/tasks").await.problem(429);

    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    change.rollback().await.unwrap();
    ada.get("/api/tasks").await.expect(200);
}
