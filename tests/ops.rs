//! Health, readiness and liveness.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::App;

use crate::events::poll_until;

/// Waits for a status of the app.
async fn wait_for_status(app: &App, status: &str) {
    poll_until(status, async || {
        (app.get("/ready").await.expect(200).json()["status"] == status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_running_app_is_live_and_ready_and_reports_its_release() {
    let app = App::with_events().await;

    assert_eq!(app.get("/live").await.expect(200).json(), json!({ "status": "up" }));
    let ready = app.get("/ready").await.expect(200).json();
    let all_up = json!({ "postgres": "up", "statements": "installed", "sidecar": "up", "outbox": "up" });
    let empty = json!({ "depth": 0, "oldest_seconds": 0 });
    assert_eq!(ready, json!({ "status": "ready", "dependencies": all_up, "outbox": empty }));
    let health = app.get("/health").await.expect(200).json();
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["release"].is_string(), "{health}");
}

#[tokio::test]
async fn without_the_database_the_app_is_live_but_not_ready() {
    // Nothing listens on port 1.
    let app = App::with(&[("db_port", "1")]).await;
    let began = Instant::now();

    app.get("/live").await.expect(200);
    let ready = app.get("/ready").await.expect(503).json();
    let down = json!({ "postgres": "down", "statements": "unknown", "sidecar": "down", "outbox": "unknown" });
    assert_eq!(ready["dependencies"], down);
    let refused = app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await;
    refused.problem(503);
    assert!(!refused.header("retry-after").is_empty());

    assert!(began.elapsed().as_secs() < 6, "three responses took {:?}", began.elapsed());
}

#[tokio::test]
async fn a_release_without_its_statements_reports_that() {
    let app = App::start().await;

    app.database.change("delete from app.releases").await;
    let ready = app.get("/ready").await.expect(503).json();
    assert_eq!(ready["dependencies"]["statements"], "missing: run `taskflow migrate up`");

    app.database.change("drop schema statements cascade").await;
    let ready = app.get("/ready").await.expect(503).json();
    assert_eq!(ready["dependencies"]["postgres"], "up");
    assert_eq!(ready["dependencies"]["statements"], "missing: run `taskflow migrate up`");
    app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await.problem(503);
}

#[tokio::test]
async fn without_the_sidecar_the_app_is_degraded() {
    let mut app = App::with_events().await;

    app.kill_sidecar();
    let ready = app.get("/ready").await.expect(200).json();
    assert_eq!(ready["status"], "degraded");
    assert_eq!(ready["dependencies"]["sidecar"], "down");

    app.restart_sidecar().await;
    wait_for_status(&app, "ready").await;
}

#[tokio::test]
async fn an_unresponsive_sidecar_does_not_block_the_health_check() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = App::with(&[("dapr_port", &silent.local_addr().unwrap().port().to_string())]).await;
    app.get("/ready").await.expect(200);
    let began = Instant::now();

    let ready = app.get("/ready").await.expect(200).json();

    assert_eq!(ready["status"], "degraded");
    assert!(began.elapsed() < Duration::from_secs(2), "it took {:?}", began.elapsed());
}

#[tokio::test]
async fn an_old_unpublished_event_is_reported_until_it_is_published() {
    let app = App::with_events().await;
    app.database.change("select app.set_publishing(false)").await;
    app.guest().await.task("waits").await;
    assert_eq!(app.get("/ready").await.json()["outbox"]["depth"], 1);
    wait_for_status(&app, "ready").await;

    app.database.change("update app.outbox set occurred_at = now() - interval '1 minute'").await;

    let ready = app.get("/ready").await.expect(200).json();
    assert_eq!(ready["status"], "degraded");
    assert_eq!(ready["dependencies"]["outbox"], "degraded");
    assert!(ready["outbox"]["oldest_seconds"].as_u64() >= Some(60), "{ready}");
    app.database.change("select app.set_publishing(true)").await;
    wait_for_status(&app, "ready").await;
    assert_eq!(app.get("/ready").await.json()["outbox"], json!({ "depth": 0, "oldest_seconds": 0 }));
}
