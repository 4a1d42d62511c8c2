use std::sync::atomic::Ordering;

use serde_json::json;

use crate::{app::App, upstream::Upstream};

#[tokio::test]
async fn a_listed_host_is_reached_and_the_host_header_is_that_of_the_url() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let answer = app.post("/fetch", json!({ "url": upstream.url("/path?q=1"), "body": "sent" })).await.json();
    assert_eq!(answer["body"], format!("POST /path?q=1 for 127.0.0.1:{}", upstream.port));
    assert_eq!(upstream.next().await, "sent");
    app.stop().await;
}

#[tokio::test]
async fn connections_to_a_host_are_kept_for_the_next_request() {
    let upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    for _ in 0..20 {
        let answer = app.post("/fetch", json!({ "url": upstream.url("/") })).await.json();
        assert_eq!(answer["status"], 200);
    }
    assert!(upstream.connections.load(Ordering::Relaxed) <= 2);
    app.stop().await;
}

#[tokio::test]
async fn hosts_ports_and_schemes_that_are_not_listed_are_refused() {
    let (upstream, other) = (Upstream::start().await, Upstream::start().await);
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    for url in [
        other.url("/"),
        upstream.url("/").replace("127.0.0.1", "localhost"),
        upstream.url("/").replace("http:", "https:"),
        upstream.url("/").replace("127.0.0.1", "127.0.0.1@localhost"),
        "http://127.0.0.1/".into(),
        "http://example.com/".into(),
    ] {
        let answer = app.post("/fetch", json!({ "url": url })).await.json();
        assert!(
            answer["error"].as_str().is_some_and(|error| error.contains("HttpRequestDenied")),
            "{url}: {answer}"
        );
    }
    assert_eq!(other.connections.load(Ordering::Relaxed), 0);
    let closed = app.post("/closed/fetch", json!({ "url": upstream.url("/") })).await;
    assert!(closed.body.contains("closed") || closed.body.contains("component"), "{closed:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_an_error_of_the_guest() {
    let app = App::with(&[("upstream_port", "1")]).await;
    let answer = app.post("/fetch", json!({ "url": "http://127.0.0.1:1/" })).await.json();
    assert!(answer["error"].as_str().unwrap().contains("ConnectionRefused"), "{answer}");
    app.stop().await;
}
