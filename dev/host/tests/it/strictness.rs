use serde_json::json;

use crate::app::{App, is_embedded};
use crate::client::{raw, send};

#[tokio::test]
async fn a_component_has_no_files_no_environment_and_no_sockets() {
    let app = App::start().await;
    let mut access = app.get("/sandbox").await.json();
    // The error differs from Spin's.
    access["connected"].take();
    assert_eq!(
        access,
        json!({
            "environment": 0, "arguments": 0, "files": 0, "written": false,
            "connected": null, "listened": false, "resolved": false,
        })
    );
    app.stop().await;
}

#[tokio::test]
async fn every_request_gets_a_new_instance() {
    let app = App::start().await;
    for _ in 0..5 {
        assert_eq!(app.get("/count").await.body, "1");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_trap_is_a_500_for_that_request_alone() {
    let app = App::start().await;
    let (trapped, silent, fine) = tokio::join!(app.get("/trap"), app.get("/trap?silent"), app.get("/hello"));
    assert!(trapped.is_error(500), "{trapped:?}");
    assert!(silent.is_error(500), "{silent:?}");
    assert_eq!(fine.body, "hello");
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

#[tokio::test]
async fn a_trap_after_the_head_ends_the_response() {
    let app = App::start().await;
    let response = app.get("/trap?late").await;
    assert_eq!((response.status.as_u16(), response.body.as_str()), (200, "begun"));
    app.stop().await;
}

#[tokio::test]
async fn a_request_with_a_header_that_is_not_utf8_is_rejected() {
    let app = App::start().await;
    let response =
        raw(app.address, b"GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: \xff\xfe\r\n\r\n").await;
    assert!(!response.contains("hello"), "{response}");
    if is_embedded() {
        assert_bad_request(&response);
    } else {
        assert!(response.starts_with("HTTP/1.1 500"), "{response}");
    }
    app.stop().await;
}

#[tokio::test]
async fn clients_cannot_use_the_internal_names_of_components() {
    let app = App::start().await;
    let request = b"GET /hello HTTP/1.1\r\nhost: hidden.spin.internal\r\nconnection: close\r\n\r\n";
    let response = raw(app.address, request).await;
    if is_embedded() {
        assert_bad_request(&response);
    } else {
        assert!(response.is_empty(), "Spin drops the connection: {response}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_request_without_a_host_or_with_an_invalid_one_is_rejected() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    for host in ["", "host: a b\r\n", "host: \u{ff}\r\n", "host: http://a/\r\n", "host: a\r\nhost: b\r\n"] {
        let request = format!("GET /hello HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        let bytes: Vec<u8> = request.chars().map(|c| u8::try_from(c).unwrap()).collect();
        assert_bad_request(&raw(app.address, &bytes).await);
    }
    let other = b"GET http://a/hello HTTP/1.1\r\nhost: b\r\nconnection: close\r\n\r\n";
    assert_bad_request(&raw(app.address, other).await);
    app.stop().await;
}

/// Asserts that a response is a problem of the host, with a correlation id in head and body.
#[track_caller]
fn assert_bad_request(response: &str) {
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {response}"));
    assert!(head.starts_with("HTTP/1.1 400"), "{response}");
    assert!(head.contains("\r\ncontent-type: application/problem+json"), "{response}");
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    for member in ["type", "title", "detail", "correlation_id"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {response}");
    }
    assert_eq!(problem["status"], 400, "{response}");
    let correlation_id = problem["correlation_id"].as_str().unwrap();
    assert!(head.contains(&format!("\r\nx-correlation-id: {correlation_id}")), "{response}");
}

#[tokio::test]
async fn headers_of_the_host_that_a_client_sends_are_removed() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    let forged = [
        ("spin-full-url", "http://evil/"),
        ("spin-path-match-admin", "yes"),
        ("spin-client-addr", "1.1.1.1:1"),
    ];
    let request = send(app.address, "GET", "/", &forged, "").await.json();
    assert!(!request.to_string().contains("evil"), "{request}");
    assert_eq!(request["headers"]["spin-path-match-admin"], json!(null));
    assert_eq!(request["headers"]["spin-client-addr"].as_array().unwrap().len(), 1);
    app.stop().await;
}
