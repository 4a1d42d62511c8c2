//! Limits that Spin lacks: on the embedded host only.

use std::time::{Duration, Instant};

use bytes::Bytes;
use host::Limits;
use http_body_util::{BodyExt, Empty};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::app::{App, is_embedded};
use crate::client::open;
use crate::database::Database;
use crate::upstream::Upstream;

fn one_second() -> Limits {
    Limits { request_seconds: 1, instances: 20, ..Limits::default() }
}

#[tokio::test]
async fn a_guest_in_an_endless_loop_does_not_block_others() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let looping = app.get("/burn");
    let serving = async {
        for _ in 0..50 {
            assert_eq!(app.get("/hello").await.body, "hello");
        }
    };
    let (looped, ()) = tokio::join!(looping, serving);
    assert!(looped.is_error(500), "{looped:?}");
    assert!(
        app.logs.lines().iter().any(|line| line.contains("no response within 1 s")),
        "{:?}",
        app.logs.lines()
    );
    app.stop().await;
}

#[tokio::test]
async fn a_guest_that_does_not_respond_in_time_is_ended() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let start = Instant::now();
    assert!(app.get("/sleep?30000").await.is_error(500));
    assert!(start.elapsed() < Duration::from_secs(5));
    app.stop().await;
}

#[tokio::test]
async fn a_body_that_arrives_slowly_breaks_off_before_its_guest_is_ended() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(Limits { request_seconds: 3, ..Limits::default() }).await;
    let (reading, mut writing) = TcpStream::connect(app.address).await.expect("a connection").into_split();
    let head = "POST /echo/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n";
    writing.write_all(head.as_bytes()).await.expect("a head");
    let client = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    });

    let status = BufReader::new(reading).lines().next_line().await.expect("a response");

    assert_eq!(status.as_deref(), Some("HTTP/1.1 200 OK"), "{:?}", app.logs.lines());
    client.abort();
    app.stop().await;
}

#[tokio::test]
async fn a_stream_lasts_as_long_as_its_client_reads() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(one_second()).await;
    let mut body = open(app.address, "GET", "/ticks", &[], Empty::<Bytes>::new()).await.into_body();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        body.frame().await.expect("another frame").expect("no error");
    }
    app.stop().await;
}

#[tokio::test]
async fn exceeding_the_memory_limit_is_a_500() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(Limits { memory: 32 << 20, instances: 20, ..Limits::default() }).await;
    assert_eq!(app.get("/allocate?8").await.body, (8 << 20).to_string());
    assert!(app.get("/allocate?40").await.is_error(500));
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

#[tokio::test]
async fn exceeding_the_instance_limit_is_a_500_until_an_instance_ends() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(Limits { instances: 3, ..Limits::default() }).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(open(app.address, "GET", "/ticks", &[], Empty::<Bytes>::new()).await);
    }
    assert!(app.get("/hello").await.is_error(500));
    drop(streams);
    let served = async { while app.get("/hello").await.body != "hello" {} };
    timeout(Duration::from_secs(5), served).await.expect("an instance becomes free");
    app.stop().await;
}

#[tokio::test]
async fn stopping_ends_guests_that_are_still_running() {
    if !is_embedded() {
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
async fn a_query_that_outlasts_its_request_closes_its_connection() {
    if !is_embedded() {
        return;
    }
    let database = Database::create().await;
    let app = App::limited_with(one_second(), &database.variables()).await;
    let slow =
        json!({ "address": database.address(), "calls": [{ "statement": "select pg_sleep(3)::text" }] });
    assert!(app.post("/database", slow).await.is_error(500));
    let start = Instant::now();
    let response = database.query(&app, "select 1").await;
    assert_eq!(response["rows"][0][0], "DbValue::Int32(1)");
    assert!(start.elapsed() < Duration::from_secs(1));
    app.stop().await;
    database.drop().await;
}
