use std::sync::atomic::Ordering;

use serde_json::json;

use crate::app::App;
use crate::upstream::Upstream;

#[tokio::test]
async fn an_allowed_host_gets_requests_with_the_host_header_of_the_url() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let response =
        app.post("/fetch", json!({ "url": upstream.url("/path?q=1"), "body": "sent" })).await.json();
    assert_eq!(response["body"], format!("POST /path?q=1 for 127.0.0.1:{}", upstream.port));
    assert_eq!(upstream.next().await, "sent");
    app.stop().await;
}

#[tokio::test]
async fn connections_to_a_host_are_reused() {
    let upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    for _ in 0..20 {
        let response = app.post("/fetch", json!({ "url": upstream.url("/") })).await.json();
        assert_eq!(response["status"], 200);
    }
    assert!(upstream.connections.load(Ordering::Relaxed) <= 2);
    app.stop().await;
}

#[tokio::test]
async fn hosts_ports_and_schemes_that_are_not_allowed_are_rejected() {
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
        let response = app.post("/fetch", json!({ "url": url })).await.json();
        assert!(
            response["error"].as_str().is_some_and(|error| error.contains("HttpRequestDenied")),
            "{url}: {response}"
        );
    }
    assert_eq!(other.connections.load(Ordering::Relaxed), 0);
    let closed = app.post("/closed/fetch", json!({ "url": upstream.url("/") })).await;
    assert!(closed.body.contains("closed") || closed.body.contains("component"), "{closed:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_refused_connection_is_an_error_of_the_guest() {
    let app = App::with(&[("upstream_port", "1")]).await;
    let response = app.post("/fetch", json!({ "url": "http://127.0.0.1:1/" })).await.json();
    assert!(response["error"].as_str().unwrap().contains("ConnectionRefused"), "{response}");
    app.stop().await;
}
