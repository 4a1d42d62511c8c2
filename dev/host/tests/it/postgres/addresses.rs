//! Which servers a component reaches, and how.

use std::time::{Duration, Instant};

use serde_json::json;

use super::error;
use crate::{app::App, database::Database};

#[tokio::test]
async fn servers_that_are_not_listed_are_refused() {
    let database = Database::create().await;
    let app = database.app().await;
    for (host, port) in [("localhost", database.port()), ("127.0.0.1", "1"), ("example.com", database.port())]
    {
        let address = database.address_at(host, port);
        let answer = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
        let told = format!("Error::ConnectionFailed(\"address postgres://{host}:{port} is not permitted\")");
        assert_eq!(error(&answer["open"]), told);
    }
    for (address, told) in [
        (format!("host=127.0.0.1,example.com port={0},{0} user=a", database.port()), "example.com"),
        ("host=/tmp user=a".into(), "Unix sockets are not supported on WebAssembly"),
        ("no address".into(), "invalid connection string"),
    ] {
        let answer = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
        assert!(error(&answer["open"]).contains(told), "{answer}");
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_database_that_is_away_fails_fast() {
    let app = App::with(&[("database_port", "1")]).await;
    let begin = Instant::now();
    let answer =
        app.post("/database", json!({ "address": "postgres://a@127.0.0.1:1/a", "calls": [] })).await.json();
    assert!(
        error(&answer["open"]).contains("ConnectionFailed")
            && error(&answer["open"]).contains("Connection refused"),
        "{answer}"
    );
    assert!(begin.elapsed() < Duration::from_secs(2));
    app.stop().await;
}

#[tokio::test]
async fn tls_that_is_asked_for_is_not_done_without() {
    let database = Database::create().await;
    let app = database.app().await;
    let address = database.address().replace("sslmode=disable", "sslmode=require");
    let answer = app.post("/database", json!({ "address": address, "calls": [] })).await.json();
    assert!(error(&answer["open"]).contains("server does not support TLS"), "{answer}");
    let address = database.address().replace("sslmode=disable", "sslmode=prefer");
    let answer = app
        .post("/database", json!({ "address": address, "calls": [{ "statement": "select 1" }] }))
        .await
        .json();
    assert_eq!(answer[0]["rows"][0][0], "DbValue::Int32(1)");
    app.stop().await;
    database.drop().await;
}
