//! How TaskFlow says how it is.

use serde_json::json;
use tests::App;

#[tokio::test]
async fn it_is_live_and_ready_and_says_which_release_it_is() {
    let app = App::start().await;

    assert_eq!(app.get("/live").await.expect(200).json(), json!({ "status": "up" }));
    let ready = app.get("/ready").await.expect(200).json();
    assert_eq!(ready, json!({ "status": "ready", "dependencies": { "postgres": "up", "statements": "installed" } }));
    let health = app.get("/health").await.expect(200).json();
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["release"].is_string(), "{health}");
}

#[tokio::test]
async fn without_its_database_it_is_live_but_not_ready_and_says_so_soon() {
    // Nothing listens on port 1.
    let app = App::with(&[("db_port", "1")]).await;
    let began = std::time::Instant::now();

    app.get("/live").await.expect(200);
    let ready = app.get("/ready").await.expect(503).json();
    assert_eq!(ready["dependencies"], json!({ "postgres": "down", "statements": "unknown" }));
    let refused = app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await;
    refused.problem(503);
    assert!(!refused.header("retry-after").is_empty());

    assert!(began.elapsed().as_secs() < 6, "three answers took {:?}", began.elapsed());
}

#[tokio::test]
async fn a_release_whose_statements_are_not_installed_says_so() {
    let app = App::start().await;

    app.database.change("delete from app.releases").await;
    let ready = app.get("/ready").await.expect(503).json();
    assert_eq!(ready["dependencies"]["statements"], "missing: run `cargo dev migrate up`");

    app.database.change("drop schema bodies cascade").await;
    let ready = app.get("/ready").await.expect(503).json();
    assert_eq!(ready["dependencies"], json!({ "postgres": "up", "statements": "missing: run `cargo dev migrate up`" }));
    app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await.problem(503);
}
