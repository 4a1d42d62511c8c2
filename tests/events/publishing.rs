use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tests::{App, DAPR_TOKEN, Person, keeps_order};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::{
    assert_all_arrive, create_tasks_at_rate, late_events, poll_until, wait_for_empty_outbox, wait_for_trail,
};

/// Creates two users of the same shard.
async fn users_of_one_shard(app: &App) -> (Person, Person) {
    let ada = app.guest().await;
    let ben = poll_until("a user of the same shard", async || {
        let ben = app.guest().await;
        let same = format!("select 1 where app.shard('{}') = app.shard('{}')", ada.id(), ben.id());
        (!app.database.rows(&same).await.is_empty()).then_some(ben)
    })
    .await;
    (ada, ben)
}

/// Waits until publishing for a shard has failed.
async fn wait_for_failure(app: &App) {
    poll_until("a failure", async || {
        let failures = app.database.rows("select 1 from app.publishers where failures > 0").await;
        (!failures.is_empty()).then_some(())
    })
    .await;
}

/// Creates many tasks of a user at once, whose events no writer publishes.
async fn create_unpublished(app: &App, person: &Person, many: usize) {
    let change = format!(
        "select set_config('taskflow.checked_shards', '.0..1..2..3..4..5..6..7.', false);
         insert into app.tasks (id, user_id, title)
         select gen_random_uuid(), '{}', 'number ' || number from generate_series(1, {many}) as number",
        person.id()
    );
    app.database.change(&change).await;
}

/// Makes the first event of a user impossible to publish, by a topic that does not exist.
async fn misroute_first(app: &App, person: &Person) {
    let change =
        format!("update app.outbox set topic = 'nowhere' where seq = 1 and user_id = '{}'", person.id());
    app.database.change(&change).await;
}

async fn reroute_first(app: &App) {
    app.database.change("update app.outbox set topic = 'task-events' where topic = 'nowhere'").await;
}

#[tokio::test]
async fn a_published_event_leaves_the_outbox() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    ada.task("one").await;

    wait_for_empty_outbox(&app).await;

    let shards =
        app.database.rows("select sum(published) as n, count(holder) as held from app.publishers").await;
    assert_eq!(shards, [json!({ "n": 1, "held": 0 })]);
}

#[tokio::test]
async fn events_that_could_not_be_published_arrive_later_in_order() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.kill_sidecar();
    let task = ada.task("number 0").await;
    for number in 1..30 {
        ada.patch(&task, json!({ "title": format!("number {number}") })).await.expect(200);
    }
    assert_eq!(app.database.rows("select 1 from app.outbox").await.len(), 30);

    app.restart_sidecar().await;

    let items = wait_for_trail(&ada, "/api/audit", 30).await;
    let places: Vec<_> = items.iter().map(|item| item["data"]["seq"].as_i64().unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    wait_for_empty_outbox(&app).await;
    assert!(late_events(&app).await.is_empty() || !keeps_order());
}

#[tokio::test]
async fn an_event_that_fails_after_an_outage_is_not_overtaken_by_later_ones_of_its_user() {
    let mut app = App::with_events().await;
    let (ada, ben) = users_of_one_shard(&app).await;
    app.kill_sidecar();
    for number in 0..5 {
        ada.task(&format!("number {number}")).await;
    }
    ben.task("goes out").await;
    wait_for_failure(&app).await;
    // Her first event fails alone, while another of the same shard succeeds.
    misroute_first(&app, &ada).await;

    app.restart_sidecar().await;
    wait_for_trail(&ben, "/api/audit", 1).await;
    reroute_first(&app).await;

    assert_all_arrive(&app, 6).await;
}

#[tokio::test]
async fn events_of_a_killed_function_are_published() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    // As if the function had died after its response: it holds the lease of the shard and publishes nothing.
    let left = format!(
        "update app.publishers set holder = 'nobody', until = clock_timestamp() + interval '5 seconds';
         select set_config('taskflow.checked_shards', '.0..1..2..3..4..5..6..7.', false);
         insert into app.tasks (id, user_id, title) values (gen_random_uuid(), '{}', 'left behind')",
        ada.id()
    );
    app.database.change(&left).await;

    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await[0]["data"]["after"]["title"], "left behind");
}

/// Denies the relay its statement, as it would otherwise publish within a second what a publisher missed.
async fn disable_relay(app: &App) {
    let refuse = "do $$
        declare body text;
        begin
            select oid::regprocedure into strict body from pg_proc
             where pronamespace = 'statements'::regnamespace and proname like 'take\\_over\\_%';
            execute format('revoke execute on function %s from taskflow_service', body);
        end $$";
    app.database.change(refuse).await;
    app.as_dapr("/internal/outbox-relay").send().await.problem(500);
}

/// Delays the commit of tasks with a title until after their writer has looked for the lease.
async fn delay_commit(app: &App, title: &str, by: Duration) {
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
    disable_relay(&app).await;
    delay_commit(&app, "last", Duration::from_millis(300)).await;
    let people = join_all((0..16).map(|_| app.guest())).await;
    let mut made = 0;
    // After each burst there are no more writers, so an event that a publisher missed stays in the outbox.
    // The last writes become visible only when the publishers are about to release their leases.
    for length in [200, 700, 300, 400] {
        made += create_tasks_at_rate(people.clone(), 400, Duration::from_millis(length)).await.len();
        join_all(people.iter().map(|person| person.task("last"))).await;
        made += people.len();
        wait_for_empty_outbox(&app).await;
    }

    assert_all_arrive(&app, made).await;
}

#[tokio::test]
async fn a_change_with_a_slow_commit_is_published_by_the_current_publisher() {
    let app = App::with_events().await;
    disable_relay(&app).await;
    delay_commit(&app, "slow", Duration::from_secs(1)).await;
    let ada = app.guest().await;

    ada.task("quick").await;
    ada.task("slow").await;

    assert_all_arrive(&app, 2).await;
}

#[tokio::test]
async fn an_unpublishable_event_does_not_block_the_shard_even_with_a_long_backlog() {
    let mut app = App::with_events().await;
    let (ada, ben) = users_of_one_shard(&app).await;
    app.kill_sidecar();
    create_unpublished(&app, &ada, 600).await;
    misroute_first(&app, &ada).await;
    ben.task("goes out").await;
    wait_for_failure(&app).await;

    app.restart_sidecar().await;

    wait_for_trail(&ben, "/api/audit", 1).await;
    reroute_first(&app).await;
    assert_all_arrive(&app, 601).await;
}

/// Starts a sidecar that accepts only small batches. Returns its port.
async fn sidecar_for_small_batches(most: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (reading, mut writing) = stream.into_split();
                let mut reading = BufReader::new(reading);
                let (mut line, mut length) = (String::new(), 0);
                while reading.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        let mut body = vec![0; length];
                        reading.read_exact(&mut body).await.unwrap();
                        let events = String::from_utf8(body).unwrap().matches("\"entryId\"").count();
                        let status = if events > most { "500 Too Slow" } else { "204 No Content" };
                        let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                        writing.write_all(response.as_bytes()).await.unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_broker_that_accepts_only_small_batches_gets_small_batches() {
    let port = sidecar_for_small_batches(300).await.to_string();
    let app = App::with(&[("app_api_token", DAPR_TOKEN), ("dapr_port", &port)]).await;
    let ada = app.guest().await;
    create_unpublished(&app, &ada, 1200).await;

    poll_until("all events of one user", async || {
        app.as_dapr("/internal/outbox-relay").send().await.expect(200);
        app.database.rows("select 1 from app.outbox limit 1").await.is_empty().then_some(())
    })
    .await;

    let progress =
        app.database.rows("select sum(published) as n, max(failed) > 0 as refused from app.publishers").await;
    assert_eq!(progress, [json!({ "n": 1200, "refused": true })]);
}

#[tokio::test]
async fn a_slow_commit_delays_no_other_user() {
    let app = App::with_events().await;
    delay_commit(&app, "slow", Duration::from_secs(3)).await;
    let (ada, ben) = users_of_one_shard(&app).await;

    ben.task("so that somebody publishes").await;
    let slow = tokio::spawn(async move { ada.task("slow").await });
    // After this batch the publisher looks once more, while she still writes.
    wait_for_empty_outbox(&app).await;
    ben.task("meanwhile").await;

    assert!(!slow.is_finished(), "a write waited for the slow commit");
    slow.await.unwrap();
    assert_all_arrive(&app, 3).await;
}

#[tokio::test]
async fn an_unpublishable_event_is_set_aside_and_blocks_no_other_user() {
    let app = App::with_events().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    // An event that cannot be published, as its topic does not exist.
    let broken = format!(
        "insert into app.outbox (topic, type, user_id, seq, actor, shard, event, attempts, failed_at)
         values ('nowhere', 'broken', '{0}', 1, 'user', app.shard('{0}'), '{{\"no\": \"event\"}}', 7,
                 now() - interval '2 hours')",
        ada.id()
    );
    app.database.change(&broken).await;
    // Another of the same shard, so that others succeed while it fails.
    let same_shard =
        format!("update app.outbox set shard = app.shard('{0}') where type = 'broken'", ben.id());
    app.database.change(&same_shard).await;

    ben.task("goes out").await;
    assert_eq!(wait_for_trail(&ben, "/api/audit", 1).await.len(), 1);
    poll_until("the event is set aside", async || {
        ben.task("another").await;
        let parked = app.database.rows("select type, last_error from app.parked").await;
        (parked.len() == 1).then_some(parked)
    })
    .await;
    wait_for_empty_outbox(&app).await;
}
