use serde_json::json;
use tests::App;

#[tokio::test]
async fn new_tags_are_appended_without_duplicates() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "tags": ["work", "paper"] })).await;
    let tags = format!("{}/tags", task.header("location"));

    let tagged = ada.post(&tags, json!({ "tags": [" urgent ", "work", "a", "urgent"] })).await.expect(200);

    assert_eq!(tagged.json()["tags"], json!(["work", "paper", "urgent", "a"]));
    assert_eq!(tagged.header("etag"), "\"2\"");
    let again = ada.post(&tags, json!({ "tags": ["a", "paper"] })).await.expect(200);
    assert_eq!(again.json(), tagged.json(), "without new members nothing changes");
    assert_eq!(app.database.events().await.len(), 2);
}

#[tokio::test]
async fn a_task_has_at_most_ten_tags() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task =
        ada.create(json!({ "title": "report", "tags": ["1", "2", "3", "4", "5", "6", "7", "8"] })).await;
    let tags = format!("{}/tags", task.header("location"));

    assert_eq!(ada.post(&tags, json!({ "tags": ["9", "10", "11"] })).await.wrong_members(), ["/tags"]);
    assert_eq!(ada.get(task.header("location")).await.expect(200).json(), task.json());
    let full = ada.post(&tags, json!({ "tags": ["1", "9", "10"] })).await.expect(200).json();

    assert_eq!(full["tags"].as_array().map(Vec::len), Some(10));
    assert_eq!(ada.post(&tags, json!({ "tags": ["11"] })).await.wrong_members(), ["/tags"]);
    ada.post(&tags, json!({ "tags": ["10"] })).await.expect(200);
}

#[tokio::test]
async fn invalid_tags_are_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let tags = format!("{}/tags", ada.task("report").await);

    assert_eq!(
        ada.post(&tags, json!({ "tags": ["fine", " ", 7] })).await.wrong_members(),
        ["/tags/1", "/tags/2"]
    );
    assert_eq!(ada.post(&tags, json!({ "tags": "work" })).await.wrong_members(), ["/tags"]);
    assert_eq!(ada.post(&tags, json!({})).await.wrong_members(), ["/tags"]);
    assert_eq!(ada.post(&tags, json!({ "tags": ["x".repeat(51)] })).await.wrong_members(), ["/tags/0"]);
    ada.post("/api/tasks/019a0000-0000-7000-8000-000000000000/tags", json!({ "tags": ["x"] }))
        .await
        .problem(404);
}

#[tokio::test]
async fn a_tag_with_any_characters_can_be_removed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let names = ["a/b", "100 %", "naïve?", "#1 👋", "plain"];
    let task = ada.create(json!({ "title": "report", "tags": names })).await.header("location").to_owned();

    let cases: [(&str, &[&str]); 5] = [
        ("a%2Fb", &["100 %", "naïve?", "#1 👋", "plain"]),
        ("100%20%25", &["naïve?", "#1 👋", "plain"]),
        ("na%C3%AFve%3F", &["#1 👋", "plain"]),
        ("%231%20%F0%9F%91%8B", &["plain"]),
        ("%70lain", &[]),
    ];
    for (encoded, left) in cases {
        let untagged = ada.delete(&format!("{task}/tags/{encoded}")).await.expect(200).json();
        assert_eq!(untagged["tags"], json!(left), "{encoded}");
    }
    assert_eq!(app.database.events().await.len(), 6);
}

#[tokio::test]
async fn removing_an_absent_tag_changes_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "tags": ["work"] })).await;

    for tag in ["home", "Work", "wor"] {
        let same = ada.delete(&format!("{}/tags/{tag}", task.header("location"))).await.expect(200);
        assert_eq!(same.json(), task.json(), "{tag}");
        assert_eq!(same.header("etag"), "\"1\"");
    }

    assert_eq!(app.database.events().await.len(), 1);
    app.guest().await.delete(&format!("{}/tags/work", task.header("location"))).await.problem(404);
}
