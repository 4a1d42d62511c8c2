use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn an_if_match_may_name_several_versions() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let write = async |tags: &str, title: &str| {
        ada.call("PATCH", &task).header("if-match", tags).json(&json!({ "title": title })).send().await
    };

    assert_eq!(write("\"7\", \"1\"", "two").await.expect(200).json()["version"], 2);
    write("\"1\",\"7\"", "lost").await.problem(412);
    assert_eq!(write("\"nonsense\" , \"2\"", "three").await.expect(200).json()["version"], 3);
    assert_eq!(write("*", "four").await.expect(200).json()["version"], 4);
}

#[tokio::test]
async fn an_if_match_with_more_than_ten_tags_or_a_thousand_bytes_is_rejected_without_an_event() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let write = async |tags: String| {
        ada.call("PATCH", &task).header("if-match", tags).json(&json!({ "title": "new" })).send().await
    };
    let versions = |count: usize| vec!["\"7\""; count].join(",");

    for tags in [versions(11), versions(2000), format!("\"{}\"", "x".repeat(999))] {
        let problem = write(tags).await.problem(422);
        assert_eq!(problem["errors"][0]["header"], "If-Match");
    }
    let conflicts = "select details from app.outbox where type = 'task.conflict'";
    assert_eq!(app.database.rows(conflicts).await, [] as [Value; 0]);
    write(versions(10)).await.problem(412);
}

#[tokio::test]
async fn a_malformed_if_match_is_rejected_also_where_there_is_no_version() {
    let app = App::start().await;
    let ada = app.guest().await;

    for (path, body) in
        [("/api/tasks", json!({ "title": "report" })), ("/api/notifications/read-all", json!({}))]
    {
        let send =
            async |tags: &str| ada.call("POST", path).header("if-match", tags).json(&body).send().await;
        assert_eq!(send("yesterday").await.problem(422)["errors"][0]["header"], "If-Match", "{path}");
        assert!(send("\"7\"").await.status < 300, "{path}");
    }
    assert_eq!(ada.titles("/api/tasks").await, ["report"]);
}

#[tokio::test]
async fn a_weak_tag_matches_no_version() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let write = async |tags: &str| {
        ada.call("PATCH", &task).header("if-match", tags).json(&json!({ "title": "new" })).send().await
    };

    write("W/\"1\"").await.problem(412);
    write("\"something else\"").await.problem(412);
    assert_eq!(ada.get(&task).await.json()["title"], "report");
    write("W/\"1\", \"1\"").await.expect(200);
}

#[tokio::test]
async fn a_rejected_write_returns_the_task_and_creates_a_conflict_event() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let winner = ada.patch(&task, json!({ "title": "the report" })).await.expect(200).json();

    let lost = ada
        .call("PATCH", &task)
        .header("if-match", "\"1\", \"7\"")
        .json(&json!({ "title": "my report" }))
        .send();
    let problem = lost.await.problem(412);

    assert_eq!(problem["task"], winner);
    assert_eq!(ada.get(&task).await.json(), winner);
    let conflicts = app
        .database
        .rows(
            "select topic, user_id, subject_id, actor, before, after, details
                 from app.outbox where type = 'task.conflict'",
        )
        .await;
    let expected = json!({
        "topic": "task-events", "user_id": ada.id(), "subject_id": winner["id"], "actor": "user",
        "before": null, "after": winner, "details": { "expected": [1, 7] },
    });
    assert_eq!(conflicts, [expected]);
}

#[tokio::test]
async fn a_conflict_has_a_seq_of_its_own() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    for _ in 0..2 {
        ada.call("DELETE", &task).header("if-match", "\"7\"").send().await.problem(412);
    }
    ada.task("another").await;

    let events = app.database.events().await;

    let places: Vec<&Value> = events.iter().map(|event| &event["seq"]).collect();
    assert_eq!(places, [1, 2, 3, 4]);
    let sync = ada.get("/api/sync?since=1").await.expect(200).json();
    assert_eq!(sync["changes"].as_array().map(Vec::len), Some(1), "only the new change is returned: {sync}");
}

#[tokio::test]
async fn every_write_checks_if_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "tags": ["work"] })).await.header("location").to_owned();
    ada.patch(&task, json!({ "title": "the report" })).await.expect(200);
    let before = ada.get(&task).await.expect(200).json();

    for (method, path, body) in [
        ("PATCH", task.clone(), json!({ "title": "x" })),
        ("PATCH", format!("{task}/priority"), json!({ "priority": "high" })),
        ("PATCH", format!("{task}/due-date"), json!({ "due_date": "2031-01-01" })),
        ("POST", format!("{task}/tags"), json!({ "tags": ["home"] })),
        ("DELETE", format!("{task}/tags/work"), json!({})),
        ("POST", format!("{task}/complete"), json!({})),
        ("POST", format!("{task}/reopen"), json!({})),
        ("POST", format!("{task}/restore"), json!({})),
        ("DELETE", task.clone(), json!({})),
        ("DELETE", format!("{task}?permanent=true"), json!({})),
    ] {
        let response = ada.call(method, &path).header("if-match", "\"1\"").json(&body).send().await;
        assert_eq!(response.problem(412)["task"], before, "{method} {path}");
    }

    assert_eq!(ada.get(&task).await.expect(200).json(), before);
    assert_eq!(app.database.rows("select seq from app.outbox where type = 'task.conflict'").await.len(), 10);
}

#[tokio::test]
async fn restoring_a_task_checks_if_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    ada.call("DELETE", &task).header("if-match", "\"1\"").send().await.expect(204);
    let restore =
        async |tag: &str| ada.call("POST", &format!("{task}/restore")).header("if-match", tag).send().await;

    let problem = restore("\"1\"").await.problem(412);
    assert_ne!(problem["task"]["deleted_at"], Value::Null);
    ada.get(&task).await.problem(404);

    assert_eq!(restore("\"2\"").await.expect(200).json()["version"], 3);
}

#[tokio::test]
async fn a_matching_if_none_match_is_answered_with_304() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let get = async |tags: &str| ada.call("GET", &task).header("if-none-match", tags).send().await;

    for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        let same = get(tags).await.expect(304);
        assert_eq!((same.text.as_str(), same.header("etag")), ("", "\"1\""), "{tags}");
    }
    assert_eq!(get("\"7\"").await.expect(200).json()["title"], "report");
    ada.patch(&task, json!({ "title": "the report" })).await.expect(200);
    assert_eq!(get("\"1\"").await.expect(200).json()["title"], "the report");
}
