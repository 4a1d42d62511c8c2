//! Streams that the function holds.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tests::App;

use super::{
    Mirror, change_at_rate, create_in_any_case, follow_in_tabs, lift_limit, newest, open_tabs,
    reconnect_at_random,
};

#[tokio::test]
async fn a_stream_begins_now_and_tells_of_each_change_as_sync_does() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("before").await;
    let mut stream = ada.stream("").await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert_eq!(stream.header("cache-control"), "no-store");
    assert_eq!(stream.header("x-accel-buffering"), "no");
    let hello = stream.next().await.expect("a hello");
    let epoch = ada.get("/api/sync").await.json()["epoch"].clone();
    assert_eq!((hello.name.as_str(), &hello.data), ("hello", &json!({ "epoch": epoch, "seq": 1 })));
    assert!((1000..5000).contains(&hello.retry.expect("a retry")), "{hello:?}");

    ada.task("after").await;

    let event = stream.next().await.expect("the change");
    let page = ada.get("/api/sync?since=1").await.expect(200).json();
    assert_eq!((event.name.as_str(), &event.data), ("changes", &page));
    assert_eq!(event.id, Some(format!("{}.2", epoch.as_str().unwrap())));
}

#[tokio::test]
async fn a_stream_is_never_compressed() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.create(json!({ "title": "long", "description": "x".repeat(10_000) })).await;

    let stream = ada.call("GET", "/api/events?since=0").header("accept-encoding", "gzip").open().await;

    assert_eq!((stream.status, stream.header("content-encoding")), (200, ""));
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_or_position() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut stream = ada.stream("").await;
    let hello = stream.next().await.expect("a hello");
    drop(stream);
    ada.task("missed").await;

    // A browser has the query of its first connection and the id of its last event.
    let call = ada.call("GET", "/api/events?since=0").header("last-event-id", hello.id.unwrap());
    let mut resumed = call.open().await;
    assert_eq!(resumed.next().await.expect("a hello").data["seq"], 0);
    let missed = resumed.next().await.expect("what was missed");
    assert_eq!(missed.data["changes"][0]["data"]["title"], "missed");

    let mut mirror = Mirror::of(&ada).await;
    ada.task("another").await;
    let mut stream = ada.stream(&mirror.query()).await;
    mirror.follow_to(&ada, &mut stream, 2).await;
}

#[tokio::test]
async fn changes_without_an_event_arrive_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report" })).await.id();
    let tell = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         values ('{}', 'reminder', 'report', '{{{task}}}', now())",
        ada.id()
    );
    app.database.change(&tell).await;
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = ada.stream(&mirror.query()).await;

    ada.post("/api/notifications/read-all", json!({})).await.expect(200);

    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
}

#[tokio::test]
async fn a_client_that_is_far_behind_is_told_to_sync() {
    let app = App::start().await;
    let ada = app.guest().await;
    let fill = format!(
        "insert into app.tasks (id, user_id, title)
         select gen_random_uuid(), '{}', 'task ' || n from generate_series(1, 10000) as n",
        ada.id()
    );
    let mut stream = ada.stream("").await;
    let mut mirror = Mirror::default();
    mirror.apply(&ada, &stream.next().await.expect("a hello")).await;

    app.database.change(&fill).await;

    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
    assert!(mirror.events <= 3, "{} events", mirror.events);
    let mut from_zero = ada.stream("?since=0").await;
    let mut mirror = Mirror::default();
    mirror.follow_to(&ada, &mut from_zero, newest(&ada).await).await;
    assert_eq!(mirror.events, 2, "a hello and a resync");
}

#[tokio::test]
async fn a_write_that_lost_is_told_to_both_devices() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let mut streams = [ada.stream("").await, ada.stream("").await];
    for stream in &mut streams {
        stream.next().await.expect("a hello");
    }

    let late = ada.call("PATCH", &task).header("if-match", "\"7\"").json(&json!({ "title": "late" }));
    late.send().await.problem(412);

    let expected = json!({ "type": "task.conflict", "task_id": task.trim_start_matches("/api/tasks/") });
    for stream in &mut streams {
        let conflict = stream.next().await.expect("the conflict");
        assert_eq!((conflict.name.as_str(), &conflict.data), ("conflict", &expected));
        assert_eq!(stream.next().await.expect("its position").data["changes"], json!([]));
    }
}

#[tokio::test]
async fn of_many_writes_that_lost_each_task_is_told_once_and_the_newest_twenty() {
    let app = App::start().await;
    let ada = app.guest().await;
    let since = newest(&ada).await;
    let mut tasks = Vec::new();
    for number in 0..25 {
        tasks.push(ada.task(&number.to_string()).await);
    }
    for task in tasks.iter().chain(&tasks) {
        let late = ada.call("PATCH", task).header("if-match", "\"7\"").json(&json!({ "title": "late" }));
        late.send().await.problem(412);
    }

    let mut stream = ada.stream(&format!("?since={since}")).await;
    stream.next().await.expect("a hello");
    let mut told = Vec::new();
    loop {
        let event = stream.next().await.expect("an event");
        if event.name != "conflict" {
            break;
        }
        told.push(format!("/api/tasks/{}", event.data["task_id"].as_str().expect("a task")));
    }

    assert_eq!(told, tasks[5..]);
}

#[tokio::test]
async fn rapid_changes_are_few_events() {
    let app = App::start().await;
    lift_limit(&app).await;
    let ada = app.guest().await;
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = ada.stream(&mirror.query()).await;
    let began = Instant::now();

    change_at_rate(&ada, 100, Duration::from_secs(3)).await;

    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
    let most = began.elapsed().as_secs_f64() * 10.0 + 2.0;
    assert!((mirror.events as f64) < most, "{} events in {:?}", mirror.events, began.elapsed());
}

#[tokio::test]
async fn connections_that_break_at_random_moments_lose_and_repeat_nothing() {
    let app = App::start().await;
    lift_limit(&app).await;
    let people = [app.guest().await, app.guest().await];
    join_all(people.iter().zip(1..).map(|(person, seed)| reconnect_at_random(person, person, seed))).await;
}

#[tokio::test]
async fn twenty_tabs_of_a_user_each_see_every_change_once_and_in_order() {
    let app = App::start().await;
    lift_limit(&app).await;
    let ada = app.guest().await;

    follow_in_tabs(&ada, &vec![ada.clone(); 20]).await;
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_no_gap_and_no_repeat() {
    let mut app = App::start().await;
    lift_limit(&app).await;
    let ada = app.guest().await;
    let mut tabs = open_tabs(&ada, 3).await;
    let writer = ada.clone();
    let writing = tokio::spawn(async move {
        create_in_any_case(&writer, 100, 500).await;
    });

    for _ in 0..3 {
        // In the midst of changes.
        for (mirror, stream) in &mut tabs {
            let before = mirror.seq;
            while mirror.seq < before + 50 {
                let event = stream.next().await.expect("the stream goes on");
                mirror.apply(&ada, &event).await;
            }
        }
        app.kill_host();
        app.restart_host().await;
        for (mirror, stream) in &mut tabs {
            while let Some(event) = stream.next().await {
                mirror.apply(&ada, &event).await;
            }
            *stream = mirror.resume(&ada).await;
        }
    }

    writing.await.expect("the writes work");
    let seq = newest(&ada).await;
    for (mirror, stream) in &mut tabs {
        mirror.follow_to(&ada, stream, seq).await;
    }
}

#[tokio::test]
async fn nobody_sees_anything_of_others() {
    let app = App::start().await;
    let mut people = Vec::new();
    for _ in 0..10 {
        people.push(app.guest().await);
    }
    let follow = async |person: &tests::Person| {
        let mut stream = person.stream("?since=0").await;
        let mut mirror = Mirror::default();
        let writes = join_all((0..5).map(|_| person.task("mine")));
        writes.await;
        mirror.follow_to(person, &mut stream, newest(person).await).await;
        mirror.things
    };
    let seen = join_all(people.iter().map(follow)).await;
    let ids: std::collections::BTreeSet<_> = seen.iter().flat_map(|things| things.keys()).collect();
    assert_eq!(ids.len(), 50, "each has five tasks that no other has");
}

#[tokio::test]
async fn a_stream_outlasts_a_restart_of_the_database() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = ada.stream(&mirror.query()).await;
    stream.next().await.expect("a hello");

    app.database.refuse_connections().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    app.database.accept_connections().await;
    ada.task("after the restart").await;

    mirror.follow_to(&ada, &mut stream, 1).await;
}

#[tokio::test]
async fn a_stream_of_another_history_ends_and_cannot_be_resumed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut stream = ada.stream("").await;
    let hello = stream.next().await.expect("a hello");

    app.database.change("update app.history set id = default").await;
    ada.task("in the new history").await;

    stream.end().await;
    let call = ada.call("GET", "/api/events").header("last-event-id", hello.id.unwrap());
    call.send().await.problem(410);
}

#[tokio::test]
async fn a_restored_backup_ends_streams_and_clients_start_again() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("kept").await;
    let before = ada.stream("").await;
    app.database.back_up().await;
    ada.task("not in the backup").await;
    let lost = Mirror::of(&ada).await;
    let since = ada.stream(&lost.query()).await;

    app.database.restore().await;
    // The same position, of another change.
    ada.task("made since").await;

    before.end().await;
    since.end().await;
    ada.get(&format!("/api/events{}", lost.query())).await.problem(410);
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = ada.stream(&mirror.query()).await;
    ada.task("and afterwards").await;
    mirror.follow_to(&ada, &mut stream, 3).await;
    let mut titles: Vec<_> = mirror.things.values().map(|task| task["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["and afterwards", "kept", "made since"]);
}
