//! Streams that two Pushpins hold: with `cargo dev test --full`.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tests::{App, Fault, Person, Stream, is_full};

use super::slow::{Clients, TIMES, assert_others_are_served};
use super::{
    Mirror, create_in_any_case, follow_in_tabs, lift_limit, lose_register, newest, reconnect_at_random,
};

/// Opens a stream of a user through each proxy. Returns who reads them, the copies, and the streams.
async fn open_both(app: &App, person: &Person) -> ([Person; 2], [Mirror; 2], [Stream; 2]) {
    let readers = [app.behind_proxy(0, person), app.behind_proxy(1, person)];
    let mirrors = [Mirror::of(person).await, Mirror::of(person).await];
    let streams =
        [readers[0].stream(&mirrors[0].query()).await, readers[1].stream(&mirrors[1].query()).await];
    (readers, mirrors, streams)
}

#[tokio::test]
async fn every_proxy_tells_its_clients_of_each_change() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    let mut mirrors = [Mirror::of(&ada).await, Mirror::of(&ada).await];
    let readers = [app.behind_proxy(0, &ada), app.behind_proxy(1, &ada)];
    let mut streams = [readers[0].stream(&mirrors[0].query()).await, readers[1].stream("?since=0").await];
    let sessions = ada.get("/api/auth/sessions").await.expect(200).json();
    assert_eq!(sessions["items"][0]["live"], 2);

    for title in ["one", "two", "three"] {
        let began = Instant::now();
        ada.task(title).await;
        let seq = newest(&ada).await;
        for (mirror, stream) in mirrors.iter_mut().zip(&mut streams) {
            mirror.follow_to(&ada, stream, seq).await;
        }
        // By itself a proxy asks after 20 s.
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn connections_that_break_at_random_moments_lose_and_repeat_nothing() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    lift_limit(&app).await;
    let people = [app.guest().await, app.guest().await];
    let follow = people.iter().zip(0..).map(async |(person, number)| {
        reconnect_at_random(person, &app.behind_proxy(number, person), 7 + number as u64).await;
    });
    join_all(follow).await;
}

#[tokio::test]
async fn lost_messages_are_fetched() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    for number in [0, 1] {
        app.set_fault_of_proxy(number, Fault::Loses(10));
    }
    let (_, mut mirrors, mut streams) = open_both(&app, &ada).await;

    for number in 0..100 {
        ada.task(&format!("number {number}")).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }

    let seq = newest(&ada).await;
    for (mirror, stream) in mirrors.iter_mut().zip(&mut streams) {
        mirror.follow_to(&ada, stream, seq).await;
    }
}

#[tokio::test]
async fn changes_without_an_event_and_conflicts_arrive_too() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let tell = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         values ('{}', 'reminder', 'report', '{{{}}}', now())",
        ada.id(),
        task.trim_start_matches("/api/tasks/")
    );
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = app.behind_proxy(0, &ada).stream(&mirror.query()).await;

    app.database.change(&tell).await;
    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
    let late = ada.call("PATCH", &task).header("if-match", "\"7\"").json(&json!({ "title": "late" }));
    late.send().await.problem(412);

    assert_eq!(stream.next().await.expect("an event").name, "conflict");
}

#[tokio::test]
async fn a_session_that_ends_closes_its_streams_in_proxies() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let streams = [app.behind_proxy(0, &ada).stream("").await, app.behind_proxy(1, &ben).stream("").await];

    let began = Instant::now();
    ada.post("/api/auth/logout", json!({})).await.expect(204);
    ben.delete("/api/auth/me").await.expect(204);
    for stream in streams {
        stream.end().await;
    }

    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn killed_proxies_and_sidecars_lose_nothing() {
    if !is_full() {
        return;
    }
    let mut app = App::with_proxies().await;
    let ada = app.guest().await;
    let mut mirrors = [Mirror::of(&ada).await, Mirror::of(&ada).await];
    let readers = [app.behind_proxy(0, &ada), app.behind_proxy(1, &ada)];
    let cut = readers[0].stream(&mirrors[0].query()).await;
    let mut kept = readers[1].stream(&mirrors[1].query()).await;

    app.kill_proxy(0);
    cut.end().await;
    app.kill_sidecar();
    ada.task("while both are away").await;
    app.restart_sidecar().await;
    app.restart_proxy(0);

    let seq = newest(&ada).await;
    mirrors[1].follow_to(&ada, &mut kept, seq).await;
    let mut again = mirrors[0].resume(&readers[0]).await;
    mirrors[0].follow_to(&ada, &mut again, seq).await;
}

#[tokio::test]
async fn twenty_tabs_behind_two_proxies_each_see_every_change_once_and_in_order() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    lift_limit(&app).await;
    let ada = app.guest().await;
    let readers: Vec<_> = (0..20).map(|tab| app.behind_proxy(tab % 2, &ada)).collect();

    follow_in_tabs(&ada, &readers).await;
}

#[tokio::test]
async fn a_user_with_very_many_tasks_begins_with_a_resync() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    let fill = format!(
        "insert into app.tasks (id, user_id, title)
         select gen_random_uuid(), '{}', 'task ' || n from generate_series(1, 10000) as n",
        ada.id()
    );
    app.database.change(&fill).await;
    let mut mirror = Mirror::default();

    let mut stream = app.behind_proxy(0, &ada).stream("?since=0").await;

    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
    assert_eq!(mirror.events, 2, "a hello and a resync");
    ada.task("one more").await;
    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_no_gap_and_no_repeat() {
    if !is_full() {
        return;
    }
    let mut app = App::with_proxies().await;
    lift_limit(&app).await;
    let ada = app.guest().await;
    let (readers, mut mirrors, mut streams) = open_both(&app, &ada).await;
    let writer = ada.clone();
    let writing = tokio::spawn(async move {
        create_in_any_case(&writer, 50, 250).await;
    });

    // In the midst of changes.
    while mirrors[0].seq < 50 {
        let event = streams[0].next().await.expect("the stream goes on");
        mirrors[0].apply(&ada, &event).await;
    }
    app.kill_host();
    app.restart_host().await;
    writing.await.expect("the writes work");

    let seq = newest(&ada).await;
    for ((mirror, stream), reader) in mirrors.iter_mut().zip(&mut streams).zip(&readers) {
        mirror.follow_and_resume_to(&ada, reader, stream, seq).await;
    }
}

#[tokio::test]
async fn a_proxy_that_hangs_or_fails_keeps_nothing_from_the_clients_of_the_other() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    let (readers, mut mirrors, mut streams) = open_both(&app, &ada).await;

    for fault in [Fault::Hangs, Fault::Fails] {
        app.set_fault_of_proxy(1, fault);
        for number in 0..5 {
            let began = Instant::now();
            ada.task(&format!("number {number}")).await;
            let seq = newest(&ada).await;
            mirrors[0].follow_to(&ada, &mut streams[0], seq).await;
            // By itself a proxy asks after 20 s.
            assert!(began.elapsed() < Duration::from_secs(10), "{fault:?}: {:?}", began.elapsed());
        }
        app.set_fault_of_proxy(1, Fault::None);
        let seq = newest(&ada).await;
        mirrors[1].follow_and_resume_to(&ada, &readers[1], &mut streams[1], seq).await;
    }
}

#[tokio::test]
async fn a_restored_backup_ends_held_streams() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    ada.task("kept").await;
    let before = app.behind_proxy(0, &ada).stream("").await;
    app.database.back_up().await;
    ada.task("not in the backup").await;
    let lost = Mirror::of(&ada).await;
    let since = app.behind_proxy(1, &ada).stream(&lost.query()).await;

    app.database.restore().await;
    ada.task("made since").await;

    before.end().await;
    since.end().await;
    let reader = app.behind_proxy(1, &ada);
    reader.get(&format!("/api/events{}", lost.query())).await.problem(410);
    let mut mirror = Mirror::of(&ada).await;
    let mut stream = reader.stream(&mirror.query()).await;
    ada.task("and afterwards").await;
    mirror.follow_to(&ada, &mut stream, newest(&ada).await).await;
    assert_eq!(mirror.things.len(), 3);
}

#[tokio::test]
async fn streams_that_a_crash_of_the_database_has_made_unknown_end() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    let ada = app.guest().await;
    let mut mirror = Mirror::of(&ada).await;
    let reader = app.behind_proxy(0, &ada);
    let stream = reader.stream(&mirror.query()).await;

    lose_register(&app).await;
    ada.task("after the crash").await;

    stream.end().await;
    let mut again = mirror.resume(&reader).await;
    mirror.follow_to(&ada, &mut again, 1).await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_slows_nobody_down_and_misses_nothing() {
    if !is_full() {
        return;
    }
    let app = App::with_proxies().await;
    lift_limit(&app).await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let reader = app.behind_proxy(0, &ada);
    let mut clients = Clients::open(ada.clone(), &reader).await;

    for _ in 0..TIMES / 2 {
        clients.make_tasks(&app).await;
    }
    assert_others_are_served(&ben, &app.behind_proxy(0, &ben)).await;

    let (mut mirror, mut stream) = clients.slow;
    mirror.follow_and_resume_to(&ada, &reader, &mut stream, clients.sound.0.seq).await;
}
