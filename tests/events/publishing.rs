use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tests::App;

use super::{all_arrives, nothing_waits, trail, until, write_evenly};

#[tokio::test]
async fn what_was_published_is_no_longer_in_the_outbox() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    ada.task("one").await;

    nothing_waits(&app).await;

    let shards = app.database.rows("select sum(published) as n, count(holder) as held from app.publishers").await;
    assert_eq!(shards, [json!({ "n": 1, "held": 0 })]);
}

#[tokio::test]
async fn what_could_not_be_published_waits_and_arrives_in_order() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.lose_sidecar();
    let task = ada.task("number 0").await;
    for number in 1..30 {
        ada.patch(&task, json!({ "title": format!("number {number}") })).await.expect(200);
    }
    assert_eq!(app.database.rows("select 1 from app.outbox").await.len(), 30);

    app.return_sidecar().await;

    let items = trail(&ada, "/api/audit", 30).await;
    let places: Vec<_> = items.iter().map(|item| item["data"]["seq"].as_i64().unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    nothing_waits(&app).await;
    let outcomes = app.database.rows("select distinct outcome from app.deliveries").await;
    assert_eq!(outcomes, [json!({ "outcome": "done" })], "none came behind a later one");
}

#[tokio::test]
async fn what_fails_after_an_outage_is_not_overtaken_by_what_its_user_did_later() {
    let mut app = App::with_events().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    app.lose_sidecar();
    for number in 0..5 {
        ada.task(&format!("number {number}")).await;
    }
    ben.task("goes out").await;
    until("it was tried", async || {
        let tried = format!("select 1 from app.publishers where shard = app.shard('{}') and failures > 0", ada.id());
        (!app.database.rows(&tried).await.is_empty()).then_some(())
    })
    .await;
    // The first of hers fails alone, when another of the same shard does not.
    let fails = "update app.outbox set topic = 'nowhere' where seq = 1 and user_id";
    app.database.change(&format!("{fails} = '{}'", ada.id())).await;
    let same_shard = "update app.outbox set shard = app.shard('{0}') where user_id = '{1}'";
    app.database.change(&same_shard.replace("{0}", &ada.id()).replace("{1}", &ben.id())).await;

    app.return_sidecar().await;
    trail(&ben, "/api/audit", 1).await;
    app.database.change("update app.outbox set topic = 'task-events' where topic = 'nowhere'").await;

    all_arrives(&app, 6).await;
}

#[tokio::test]
async fn what_a_function_left_behind_when_it_was_killed_is_published() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    // As if the function had died between its answer and its publishing: it holds the shard, and nobody works.
    let left = format!(
        "update app.publishers set holder = 'nobody', until = clock_timestamp() + interval '5 seconds';
         select set_config('taskflow.looked', '.0..1..2..3..4..5..6..7.', false);
         insert into app.tasks (id, user_id, title) values (gen_random_uuid(), '{}', 'left behind')",
        ada.id()
    );
    app.database.change(&left).await;

    assert_eq!(trail(&ada, "/api/audit", 1).await[0]["data"]["after"]["title"], "left behind");
}

/// Has the database refuse the relay, which would find after a second what a publisher has overlooked.
async fn without_the_relay(app: &App) {
    let refuse = "do $$
        declare body text;
        begin
            select oid::regprocedure into strict body from pg_proc
             where pronamespace = 'bodies'::regnamespace and proname like 'take\\_over\\_%';
            execute format('revoke execute on function %s from taskflow_service', body);
        end $$";
    app.database.change(refuse).await;
    app.as_dapr("/internal/outbox-relay").send().await.problem(500);
}

/// Has tasks of that title be seen later than when their writer has looked for a publisher.
async fn slow_to_be_seen(app: &App, title: &str, by: Duration) {
    let change = format!(
        "create function app.be_slow() returns trigger language plpgsql as $$
         begin
             perform pg_sleep({});
             return null;
         end $$;
         create constraint trigger slow after insert on app.tasks deferrable initially deferred
            for each row when (new.title = '{title}') execute function app.be_slow()",
        by.as_secs_f64()
    );
    app.database.change(&change).await;
}

#[tokio::test]
async fn under_four_hundred_writes_a_second_no_change_waits_for_the_next_writer() {
    let app = App::with_events().await;
    without_the_relay(&app).await;
    slow_to_be_seen(&app, "last", Duration::from_millis(300)).await;
    let people = join_all((0..16).map(|_| app.guest())).await;
    let mut made = 0;
    // After each burst nobody writes any more, so what a publisher has overlooked stays. What is written last can only be seen
    // when publishers begin to leave.
    for length in [200, 700, 300, 400] {
        made += write_evenly(people.clone(), 400, Duration::from_millis(length)).await.len();
        join_all(people.iter().map(|person| person.task("last"))).await;
        made += people.len();
        nothing_waits(&app).await;
    }

    all_arrives(&app, made).await;
}

#[tokio::test]
async fn a_change_that_is_slow_to_be_seen_is_published_by_who_published_meanwhile() {
    let app = App::with_events().await;
    without_the_relay(&app).await;
    slow_to_be_seen(&app, "slow", Duration::from_secs(1)).await;
    let ada = app.guest().await;

    ada.task("quick").await;
    ada.task("slow").await;

    all_arrives(&app, 2).await;
}

#[tokio::test]
async fn one_that_cannot_be_published_is_put_aside_and_holds_up_nobody_else() {
    let app = App::with_events().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    // An event that no broker takes: its topic is not there.
    let broken = format!(
        "insert into app.outbox (topic, type, user_id, seq, actor, shard, event, attempts, failed_at)
         values ('nowhere', 'broken', '{0}', 1, 'user', app.shard('{0}'), '{{\"no\": \"event\"}}', 7, now())",
        ada.id()
    );
    app.database.change(&broken).await;
    // One of the same shard, so that others succeed where it fails.
    let same_shard = format!("update app.outbox set shard = app.shard('{0}') where type = 'broken'", ben.id());
    app.database.change(&same_shard).await;

    ben.task("goes out").await;
    assert_eq!(trail(&ben, "/api/audit", 1).await.len(), 1);
    until("it is put aside", async || {
        ben.task("another").await;
        let parked = app.database.rows("select type, problem from app.parked").await;
        (parked.len() == 1).then_some(parked)
    })
    .await;
    nothing_waits(&app).await;
}
