use serde_json::json;
use tests::App;

#[tokio::test]
async fn a_deleted_task_is_only_in_the_trash() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("old news").await;

    assert_eq!(ada.delete(&task).await.expect(204).text, "");

    ada.get(&task).await.problem(404);
    ada.patch(&task, json!({ "title": "new" })).await.problem(404);
    ada.post(&format!("{task}/complete"), json!({})).await.problem(404);
    ada.delete(&task).await.problem(404);
    assert_eq!(ada.get("/api/tasks").await.json(), json!({ "items": [], "total": 0, "next_cursor": null }));
    let trash = app.database.rows("select title, deleted_at is not null as deleted from app.tasks").await;
    assert_eq!(trash, [json!({ "title": "old news", "deleted": true })]);
}

#[tokio::test]
async fn a_task_of_another_user_is_not_found() {
    let app = App::start().await;
    let ada = app.guest().await;
    let eve = app.guest().await;
    let task = ada.task("secret plan").await;
    let before = ada.get(&task).await.json();

    eve.get(&task).await.problem(404);
    eve.patch(&task, json!({ "title": "mine" })).await.problem(404);
    eve.post(&format!("{task}/complete"), json!({})).await.problem(404);
    eve.post(&format!("{task}/reopen"), json!({})).await.problem(404);
    eve.delete(&task).await.problem(404);
    let guessed = eve.call("DELETE", &task).header("if-match", "\"7\"").send().await;
    assert!(!guessed.problem(404).to_string().contains("secret plan"));

    assert_eq!(ada.get(&task).await.json(), before);
    assert_eq!(eve.get("/api/tasks").await.json()["total"], 0);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let app = App::start().await;
    let ada = app.guest().await;
    for id in ["0", "nonsense", "%00", "019a0000-0000-7000-8000-000000000000", "'; drop table app.tasks; --"]
    {
        let path = format!("/api/tasks/{}", id.replace(' ', "%20"));
        ada.get(&path).await.problem(404);
    }
}
