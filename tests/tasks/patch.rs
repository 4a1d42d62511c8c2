use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn a_patch_changes_only_the_given_members() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = ada
        .create(json!({
            "title": "report", "description": "for monday", "priority": "low", "tags": ["work"],
            "due_date": "2031-01-05",
        }))
        .await;
    let task = made.header("location").to_owned();

    let changed = ada.patch(&task, json!({ "priority": "high" })).await.expect(200);

    let mut expected = made.json();
    for (member, value) in [("priority", json!("high")), ("version", json!(2)), ("seq", json!(2))] {
        expected[member] = value;
    }
    expected["updated_at"] = changed.json()["updated_at"].clone();
    assert_eq!(changed.json(), expected);
    assert_eq!(changed.header("etag"), "\"2\"");
}

#[tokio::test]
async fn null_clears_optional_members() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = ada
        .create(json!({ "title": "report", "description": "x", "tags": ["work"], "priority": "high",
                           "due_date": "2031-01-05" }))
        .await;

    let patch = json!({ "description": null, "tags": null, "due_date": null, "priority": null });
    let cleared = ada.patch(made.header("location"), patch).await.expect(200).json();

    assert_eq!(cleared["description"], Value::Null);
    assert_eq!(cleared["tags"], json!([]));
    assert_eq!(cleared["due_date"], Value::Null);
    assert_eq!(cleared["all_day"], false);
    assert_eq!(cleared["priority"], "medium");
    let title = ada.patch(made.header("location"), json!({ "title": null })).await;
    assert_eq!(title.wrong_members(), ["/title"], "a task always has one");
}

#[tokio::test]
async fn a_patch_without_effect_creates_no_version_and_no_event() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let before = ada.get(&task).await.json();

    let after = ada.patch(&task, json!({ "title": "report", "priority": "medium" })).await.expect(200).json();
    assert_eq!(after, before);
    ada.patch(&task, json!({})).await.expect(200);

    assert_eq!(app.database.events().await.len(), 1);
}

#[tokio::test]
async fn of_two_writes_to_the_same_version_one_wins_and_the_other_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let write = |title: &'static str| {
        let patch = json!({ "title": title });
        let (ada, task) = (ada.clone(), task.clone());
        async move { ada.call("PATCH", &task).header("if-match", "\"1\"").json(&patch).send().await }
    };

    let (one, two) = tokio::join!(write("one"), write("two"));

    let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
    let winner = won.expect(200).json();
    assert_eq!(lost.problem(412)["task"], winner);
    assert_eq!(ada.get(&task).await.json(), winner);
}

#[tokio::test]
async fn an_if_match_that_is_no_version_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;

    let response =
        ada.call("PATCH", &task).header("if-match", "yesterday").json(&json!({ "title": "x" })).send().await;

    assert_eq!(response.problem(422)["errors"][0]["header"], "If-Match");
    let any = ada.call("PATCH", &task).header("if-match", "*").json(&json!({ "title": "x" })).send().await;
    any.expect(200);
}
