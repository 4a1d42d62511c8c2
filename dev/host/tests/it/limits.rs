//! Limits that Spin has not, or not as finely: on the embedded host alone, except where a test says otherwise.

use std::time::{Duration, Instant};

use bytes::Bytes;
use host::Limits;
use http_body_util::{BodyExt, Empty};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    app::{App, only_embedded},
    client::open,
    database::Database,
    upstream::Upstream,
};

fn one_second() -> Limits {
    Limits { request_seconds: 1, instances: 20, ..Limits::default() }
}

#[tokio::test]
async fn a_guest_that_only_computes_does_not_stop_the_others() {
    if !only_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let burning = app.get("/burn");
    let serving = async {
        for _ in 0..50 {
            assert_eq!(app.get("/hello").await.body, "hello");
        }
    };
    let (burnt, ()) = tokio::join!(burning, serving);
    assert!(burnt.is_empty(500), "{burnt:?}");
    assert!(
        app.logs.lines().iter().any(|line| line.contains("no response within 1 s")),
        "{:?}",
        app.logs.lines()
    );
    app.stop().await;
}

#[tokio::test]
async fn a_guest_that_does_not_answer_in_time_is_ended() {
    if !only_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let begin = Instant::now();
    assert!(app.get("/sleep?30000").await.is_empty(500));
    assert!(begin.elapsed() < Duration::from_secs(5));
    app.stop().await;
}

#[tokio::test]
async fn a_stream_may_last_as_long_as_somebody_listens() {
    if !only_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let mut body = open(app.address, "GET", "/ticks", &[], Empty::<Bytes>::new()).await.into_body();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(3) {
        body.frame().await.expect("it goes on").expect("it is whole");
    }
    app.stop().await;
}

#[tokio::test]
async fn more_memory_than_allowed_is_a_500() {
    if !only_embedded() {
        return;
    }
    let app = App::limited(Limits { memory: 32 << 20, instances: 20, ..Limits::default() }).await;
    assert_eq!(app.get("/allocate?8").await.body, (8 << 20).to_string());
    assert!(app.get("/allocate?40").await.is_empty(500));
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

#[tokio::test]
async fn one_instance_too_many_is_a_500_and_the_next_is_served_again() {
    if !only_embedded() {
        return;
    }
    let app = App::limited(Limits { instances: 3, ..Limits::default() }).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(open(app.address, "GET", "/ticks", &[], Empty::<Bytes>::new()).await);
    }
    assert!(app.get("/hello").await.is_empty(500));
    drop(streams);
    let served = async { while app.get("/hello").await.body != "hello" {} };
    timeout(Duration::from_secs(5), served).await.expect("instances come back");
    app.stop().await;
}

#[tokio::test]
async fn stopping_ends_guests_that_would_go_on() {
    if !only_embedded() {
        return;
    }
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let stream =
        open(app.address, "GET", &format!("/ticks?{}", upstream.url("/")), &[], Empty::<Bytes>::new()).await;
    timeout(Duration::from_secs(5), app.stop()).await.expect("it stops");
    drop(stream);
    assert!(timeout(Duration::from_millis(200), upstream.next()).await.is_err());
}

#[tokio::test]
async fn a_query_that_outlasts_its_request_takes_its_connection_with_it() {
    if !only_embedded() {
        return;
    }
    let database = Database::create().await;
    let app = App::limited_with(one_second(), &database.variables()).await;
    let slow =
        json!({ "address": database.address(), "calls": [{ "statement": "select pg_sleep(3)::text" }] });
    assert!(app.post("/database", slow).await.is_empty(500));
    let begin = Instant::now();
    let answer = database.query(&app, "select 1").await;
    assert_eq!(answer["rows"][0][0], "DbValue::Int32(1)");
    assert!(begin.elapsed() < Duration::from_secs(1));
    app.stop().await;
    database.drop().await;
}
