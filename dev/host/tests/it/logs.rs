//! Log lines as JSON, on the embedded host only: Spin prints the lines of guests as they are.

use std::time::Duration;

use host::Limits;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::app::{App, is_embedded};
use crate::client::send;

/// Waits until `count` lines are logged and returns them.
async fn lines(app: &App, count: usize) -> Vec<Value> {
    let logged = async {
        while app.logs.lines().len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), logged).await.expect("the lines are logged");
    app.logs.lines().iter().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

#[tokio::test]
async fn every_line_is_a_json_object_with_the_name_of_its_function() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    let written = "plain \"text\"\n{\"level\":\"warn\",\"message\":\"own\"}\n{\"function\":\"mine\"}\nhalf";
    app.post("/lines", written).await;
    let lines = lines(&app, 5).await;
    let find = |message: &str| {
        lines.iter().find(|line| line["message"] == message).unwrap_or_else(|| panic!("{lines:?}"))
    };
    let plain = find("plain \"text\"");
    assert_eq!((&plain["level"], &plain["function"]), (&json!("info"), &json!("every")));
    assert!(plain["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert_eq!(find("own"), &json!({ "level": "warn", "message": "own", "function": "every" }));
    assert!(lines.contains(&json!({ "function": "mine" })));
    assert_eq!(find("half")["level"], "info");
    assert_eq!(find("to stderr")["level"], "error");
    app.stop().await;
}

#[tokio::test]
async fn a_line_that_is_too_long_is_truncated() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    app.post("/lines", "x".repeat(300_000)).await;
    let lines = lines(&app, 2).await;
    assert!(lines.iter().all(|line| line["message"].as_str().unwrap().len() <= 64 * 1024));
    app.stop().await;
}

#[tokio::test]
async fn the_reason_of_a_failure_is_logged_and_not_in_the_response() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    assert!(app.get("/trap?silent").await.is_error(500));
    assert!(app.get("/trap").await.is_error(500));
    let lines = lines(&app, 3).await;
    assert!(
        lines.iter().any(|line| line["message"].as_str().unwrap().contains("ended without a response")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line["message"].as_str().unwrap().starts_with("the guest failed")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line["message"].as_str().unwrap().contains("traps before the head")),
        "{lines:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_failure_is_logged_with_the_correlation_id_of_its_response() {
    if !is_embedded() {
        return;
    }
    let app = App::limited(Limits { memory: 32 << 20, instances: 20, ..Limits::default() }).await;
    for (path, reason) in [
        ("/trap", "traps before the head"),
        ("/trap?silent", "ended without a response"),
        ("/allocate?40", "memory allocation of"),
    ] {
        let id = format!("failure-of{}", path.replace(['/', '?'], "-"));

        let response = send(app.address, "GET", path, &[("x-correlation-id", id.as_str())], "").await;

        assert_eq!(response.json()["correlation_id"], json!(id), "{path}");
        let logged = async {
            while !app.logs.lines().iter().any(|line| line.contains(&id) && line.contains(reason)) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(5), logged).await.unwrap_or_else(|_| panic!("{:?}", app.logs.lines()));
    }
    app.stop().await;
}

#[tokio::test]
async fn a_request_without_a_correlation_id_gets_one_for_its_component_and_its_log_lines() {
    if !is_embedded() {
        return;
    }
    let app = App::start().await;
    for given in [None, Some("not valid"), Some("valid")] {
        let headers: Vec<(&str, &str)> = given.map(|id| ("x-correlation-id", id)).into_iter().collect();

        let request = send(app.address, "GET", "/", &headers, "").await.json();

        let ids = request["headers"]["x-correlation-id"].as_array().unwrap().clone();
        assert_eq!(ids.len(), 1, "{given:?}: {ids:?}");
        let id = ids[0].as_str().unwrap();
        assert_eq!((id == "valid", id.len() == 32), (given == Some("valid"), given != Some("valid")), "{id}");
    }
    app.stop().await;
}
