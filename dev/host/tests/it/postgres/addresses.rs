//! Addresses of servers, and TLS.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::{App, is_embedded};
use crate::database::Database;
use crate::postgres::error;

#[tokio::test]
async fn servers_that_are_not_allowed_are_rejected() {
    let database = Database::create().await;
    let app = database.app().await;
    for (host, port) in [("localhost", database.port()), ("127.0.0.1", "1"), ("example.com", database.port())]
    {
        let address = database.address_at(host, port);
        let response = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
        let expected =
            format!("Error::ConnectionFailed(\"address postgres://{host}:{port} is not permitted\")");
        assert_eq!(error(&response["open"]), expected);
    }
    for (address, expected) in [
        (format!("host=127.0.0.1,example.com port={0},{0} user=a", database.port()), "example.com"),
        ("host=/tmp user=a".into(), "Unix sockets are not supported on WebAssembly"),
        ("no address".into(), "invalid connection string"),
    ] {
        let response = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
        assert!(error(&response["open"]).contains(expected), "{response}");
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn connecting_to_a_database_that_is_down_fails_fast() {
    let app = App::with(&[("database_port", "1")]).await;
    let start = Instant::now();
    let response =
        app.post("/database", json!({ "address": "postgres://a@127.0.0.1:1/a", "calls": [] })).await.json();
    assert!(
        error(&response["open"]).contains("ConnectionFailed")
            && error(&response["open"]).contains("Connection refused"),
        "{response}"
    );
    assert!(start.elapsed() < Duration::from_secs(2));
    app.stop().await;
}

#[tokio::test]
async fn connecting_to_a_server_that_never_responds_fails_within_two_seconds() {
    if !is_embedded() {
        return;
    }
    // The kernel accepts connections to it, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    let app = App::with(&[("database_port", &port)]).await;
    let start = Instant::now();
    let address = format!("postgres://a@127.0.0.1:{port}/a?sslmode=disable");
    let response = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
    let expected = "Error::ConnectionFailed(\"the server does not respond\")";
    assert_eq!(error(&response["open"]), expected);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    app.stop().await;
}

#[tokio::test]
async fn required_tls_does_not_fall_back_to_plain_text() {
    let database = Database::create().await;
    let app = database.app().await;
    let address = database.address().replace("sslmode=disable", "sslmode=require");
    let response = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
    assert!(error(&response["open"]).contains("server does not support TLS"), "{response}");
    let address = database.address().replace("sslmode=disable", "sslmode=prefer");
    let response = app
        .post("/database", json!({ "address": address, "calls": [{ "statement": "select 1" }] }))
        .await
        .json();
    assert_eq!(response[0]["rows"][0][0], "DbValue::Int32(1)");
    app.stop().await;
    database.drop().await;
}
