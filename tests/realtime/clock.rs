//! The clock of the database jumps, as when a machine that was suspended is set right.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{App, Person, Stream};
use tokio::time::timeout;

use super::connections::live_streams;
use super::{Mirror, newest, open_tabs};

/// Lets the clock jump by an interval: all times that streams have noted move the other way.
pub(super) async fn jump(app: &App, by: &str) {
    let jump = format!(
        "update app.streams
            set since = since - interval '{by}', live_until = live_until - interval '{by}',
                ends_at = ends_at - interval '{by}', asked_at = asked_at - interval '{by}';
         update app.stream_positions set published_at = published_at - interval '{by}';
         update app.conflicts set at = at - interval '{by}'"
    );
    app.database.change(&jump).await;
}

/// Lets the clock jump while two streams are open. They go on or are resumed, and within two heartbeats the
/// register is right.
async fn streams_outlast(by: &str) {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut tabs = open_tabs(&ada, 2).await;
    ada.task("before the jump").await;

    jump(&app, by).await;
    ada.task("after the jump").await;

    let began = Instant::now();
    let mut heartbeats = 0;
    while heartbeats == 0 || live_streams(&ada).await != 2 {
        assert!(began.elapsed().as_secs() < 42, "not within two heartbeats");
        for (mirror, stream) in &mut tabs {
            read_for_a_moment(&ada, mirror, stream).await;
        }
        heartbeats = tabs.iter().map(|(_, stream)| stream.heartbeats).sum();
    }
    ada.task("and afterwards").await;
    let seq = newest(&ada).await;
    for (mirror, stream) in &mut tabs {
        mirror.follow_and_resume_to(&ada, &ada, stream, seq).await;
    }
}

/// Reads what comes, and resumes the stream if it ends.
async fn read_for_a_moment(person: &Person, mirror: &mut Mirror, stream: &mut Stream) {
    match timeout(Duration::from_millis(200), stream.next()).await {
        Ok(Some(event)) => mirror.apply(person, &event).await,
        Ok(None) => *stream = mirror.resume(person).await,
        Err(_) => {}
    }
}

#[tokio::test]
async fn streams_outlast_a_clock_that_jumps_forward_an_hour() {
    streams_outlast("1 hour").await;
}

#[tokio::test]
async fn streams_outlast_a_clock_that_jumps_back_an_hour() {
    streams_outlast("-1 hour").await;
}

#[tokio::test]
async fn a_dead_stream_is_not_shown_for_an_hour_after_the_clock_was_set_back() {
    let app = App::start().await;
    let ada = app.guest().await;
    let dead = format!(
        "insert into app.streams (id, user_id, credential, proxied, live_until, ends_at)
         values (gen_random_uuid(), '{}', 'of a dead client', false, now() + interval '20 seconds', 'infinity')",
        ada.id()
    );
    app.database.change(&dead).await;
    jump(&app, "-1 hour").await;

    // The next heartbeat of another stream notices.
    let mut stream = ada.stream("").await;
    stream.next().await.expect("a hello");
    while stream.heartbeats == 0 {
        let none = stream.next_within(Duration::from_millis(500)).await;
        assert!(none.is_none(), "{none:?}");
    }

    let is_over_soon = "select live_until <= now() + interval '40 seconds' as is_so
                          from app.streams where credential = 'of a dead client'";
    assert_eq!(app.database.rows(is_over_soon).await, [json!({ "is_so": true })]);
}
