use insta::assert_json_snapshot;
use serde_json::json;
use tests::App;

#[tokio::test]
async fn a_new_task_has_the_given_members_and_defaults() {
    let app = App::start().await;
    let ada = app.guest().await;

    let made = ada.create(json!({ "title": "  buy milk " })).await;

    assert_eq!(made.header("location"), format!("/api/tasks/{}", made.id()));
    assert_eq!(made.header("etag"), "\"1\"");
    assert_json_snapshot!(made.json(), { ".id" => "[id]", ".created_at" => "[now]", ".updated_at" => "[now]" }, @r#"
    {
      "id": "[id]",
      "title": "buy milk",
      "description": null,
      "status": "active",
      "priority": "medium",
      "tags": [],
      "due_date": null,
      "all_day": false,
      "recurring_task_id": null,
      "missed": false,
      "created_at": "[now]",
      "updated_at": "[now]",
      "completed_at": null,
      "deleted_at": null,
      "version": 1,
      "seq": 1
    }
    "#);
    assert_eq!(ada.get(made.header("location")).await.expect(200).json(), made.json());
}

#[tokio::test]
async fn every_field_of_a_new_task_is_stored() {
    let app = App::start().await;
    let ada = app.guest().await;

    let task = ada
        .create(json!({
            "title": "call mom 👋",
            "description": "line one\nline two",
            "priority": "HIGH",
            "tags": [" family ", "phone", "family"],
            "due_date": "2031-04-02T17:00:00+02:00",
        }))
        .await
        .json();

    assert_eq!(task["title"], "call mom 👋");
    assert_eq!(task["description"], "line one\nline two");
    assert_eq!(task["priority"], "high");
    assert_eq!(task["tags"], json!(["family", "phone"]));
    assert_eq!(task["due_date"], "2031-04-02T15:00:00+00:00");
    assert_eq!(task["all_day"], false);
}

#[tokio::test]
async fn a_date_without_a_time_ends_at_23_59_in_the_users_time_zone() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;

    let task = ada.create(json!({ "title": "taxes", "due_date": "2031-04-15" })).await.json();

    assert_eq!(task["all_day"], true);
    assert_eq!(task["due_date"], "2031-04-16T03:59:00+00:00");
}

#[tokio::test]
async fn every_invalid_member_is_reported_and_nothing_is_created() {
    let app = App::start().await;
    let ada = app.guest().await;

    let response = ada
        .post(
            "/api/tasks",
            json!({
                "title": " ", "description": "nul \0", "priority": "urgent", "tags": ["fine", "", 7],
                "due_date": "tomorrow", "colour": "red", "status": "completed",
            }),
        )
        .await;

    let mut wrong = response.wrong_members();
    wrong.sort();
    let expected =
        ["/colour", "/description", "/due_date", "/priority", "/status", "/tags/1", "/tags/2", "/title"];
    assert_eq!(wrong, expected);
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 0);
}

#[tokio::test]
async fn a_title_has_at_most_500_characters() {
    let app = App::start().await;
    let ada = app.guest().await;

    ada.create(json!({ "title": "ä".repeat(500) })).await;

    let response = ada.post("/api/tasks", json!({ "title": "ä".repeat(501) })).await;
    assert_eq!(response.wrong_members(), ["/title"]);
    assert_eq!(ada.post("/api/tasks", json!({})).await.wrong_members(), ["/title"]);
    assert_eq!(ada.post("/api/tasks", json!({ "title": null })).await.wrong_members(), ["/title"]);
}
