use serde_json::json;

use crate::{
    app::{App, only_embedded},
    client::{raw, send},
};

#[tokio::test]
async fn a_component_has_no_files_no_environment_and_no_sockets() {
    let app = App::start().await;
    let mut told = app.get("/world").await.json();
    // Spin lets a component bind an address that nobody can then reach; it connects nowhere either.
    told["connected"].take();
    assert_eq!(
        told,
        json!({
            "environment": 0, "arguments": 0, "files": 0, "written": false,
            "connected": null, "listened": false, "resolved": false,
        })
    );
    app.stop().await;
}

#[tokio::test]
async fn every_request_gets_a_fresh_instance() {
    let app = App::start().await;
    for _ in 0..5 {
        assert_eq!(app.get("/count").await.body, "1");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_trap_is_an_empty_500_for_that_request_alone() {
    let app = App::start().await;
    let (trapped, silent, fine) = tokio::join!(app.get("/trap"), app.get("/trap?silent"), app.get("/hello"));
    assert!(trapped.is_empty(500), "{trapped:?}");
    assert!(silent.is_empty(500), "{silent:?}");
    assert_eq!(fine.body, "hello");
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

#[tokio::test]
async fn a_trap_after_the_head_ends_what_has_begun() {
    let app = App::start().await;
    let answer = app.get("/trap?late").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "begun"));
    app.stop().await;
}

#[tokio::test]
async fn a_header_that_is_not_utf8_never_reaches_a_component() {
    let app = App::start().await;
    let answer =
        raw(app.address, b"GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: \xff\xfe\r\n\r\n").await;
    let status = if only_embedded() { "HTTP/1.1 400" } else { "HTTP/1.1 500" };
    assert!(answer.starts_with(status) && !answer.contains("hello"), "{answer}");
    app.stop().await;
}

#[tokio::test]
async fn names_that_only_components_can_call_are_no_hosts_for_a_client() {
    let app = App::start().await;
    let request = b"GET /hello HTTP/1.1\r\nhost: hidden.spin.internal\r\nconnection: close\r\n\r\n";
    let answer = raw(app.address, request).await;
    // Spin drops the connection without a word.
    assert!(if only_embedded() { answer.starts_with("HTTP/1.1 400") } else { answer.is_empty() }, "{answer}");
    app.stop().await;
}

#[tokio::test]
async fn what_a_client_sends_under_the_hosts_names_is_thrown_away() {
    if !only_embedded() {
        return;
    }
    let app = App::start().await;
    let forged = [
        ("spin-full-url", "http://evil/"),
        ("spin-path-match-admin", "yes"),
        ("spin-client-addr", "1.1.1.1:1"),
    ];
    let told = send(app.address, "GET", "/", &forged, "").await.json();
    assert!(!told.to_string().contains("evil"), "{told}");
    assert_eq!(told["headers"]["spin-path-match-admin"], json!(null));
    assert_eq!(told["headers"]["spin-client-addr"].as_array().unwrap().len(), 1);
    app.stop().await;
}
