use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn completing_a_task_twice_changes_it_once() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("water plants").await;

    let once = ada.post(&format!("{task}/complete"), json!({})).await.expect(200);
    let twice = ada.post(&format!("{task}/complete"), json!({})).await.expect(200);

    assert_eq!(once.json()["status"], "completed");
    assert_ne!(once.json()["completed_at"], Value::Null);
    assert_eq!(once.json(), twice.json());
    assert_eq!(once.header("etag"), "\"2\"");
    let events = app.database.events().await;
    assert_eq!(
        events.iter().map(|event| &event["type"]).collect::<Vec<_>>(),
        ["task.created", "task.completed"]
    );
}

#[tokio::test]
async fn a_completed_task_can_be_reopened() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("water plants").await;
    ada.post(&format!("{task}/complete"), json!({})).await.expect(200);

    let open = ada.post(&format!("{task}/reopen"), json!({})).await.expect(200).json();

    assert_eq!(open["status"], "active");
    assert_eq!(open["completed_at"], Value::Null);
    let again = ada.post(&format!("{task}/reopen"), json!({})).await.expect(200).json();
    assert_eq!(again, open, "an open task stays as it is");
}

#[tokio::test]
async fn completing_needs_no_body() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("water plants").await;

    let response = ada.call("POST", &format!("{task}/complete")).send().await;

    assert_eq!(response.expect(200).json()["status"], "completed");
}

#[tokio::test]
async fn a_stale_version_is_answered_with_the_current_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("water plants").await;
    ada.patch(&task, json!({ "title": "water the plants" })).await.expect(200);

    let lost = ada.call("POST", &format!("{task}/complete")).header("if-match", "\"1\"").send().await;

    let problem = lost.problem(412);
    assert_eq!(problem["task"]["title"], "water the plants");
    assert_eq!(problem["task"]["status"], "active");
    let won = ada.call("POST", &format!("{task}/complete")).header("if-match", "\"2\"").send().await;
    assert_eq!(won.expect(200).json()["version"], 3);
}
