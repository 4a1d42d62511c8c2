use serde_json::{Value, json};
use tests::{App, Response};

const TOKEN: (&str, &str) = ("app_api_token", "sample-token");

async fn housekeeping(app: &App) -> Value {
    let call = app.call("POST", "/internal/housekeeping").header("dapr-api-token", "sample-token");
    call.send().await.expect(200).json()
}

async fn types(app: &App) -> Vec<Value> {
    app.database.events().await.iter().map(|event| event["type"].clone()).collect()
}

#[tokio::test]
async fn a_task_is_restored_from_the_trash_unchanged() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = ada.create(json!({ "title": "old news", "tags": ["paper"] })).await;
    let task = made.header("location").to_owned();
    ada.delete(&task).await.expect(204);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["old news"]);

    let restored = ada.post(&format!("{task}/restore"), json!({})).await.expect(200);

    let mut expected = made.json();
    for (member, value) in [("version", json!(3)), ("seq", json!(3))] {
        expected[member] = value;
    }
    expected["updated_at"] = restored.json()["updated_at"].clone();
    assert_eq!(restored.json(), expected);
    assert_eq!(restored.header("etag"), "\"3\"");
    assert_eq!(ada.get(&task).await.expect(200).json(), expected);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, [] as [&str; 0]);
    assert_eq!(types(&app).await, ["task.created", "task.deleted", "task.restored"]);
}

#[tokio::test]
async fn restoring_a_task_outside_the_trash_changes_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = ada.create(json!({ "title": "report" })).await;

    let restored = ada.call("POST", &format!("{}/restore", made.header("location"))).send().await.expect(200);

    assert_eq!(restored.json(), made.json());
    assert_eq!(types(&app).await, ["task.created"]);
    app.guest().await.post(&format!("{}/restore", made.header("location")), json!({})).await.problem(404);
}

#[tokio::test]
async fn a_task_can_be_purged_from_the_trash_or_at_once() {
    let app = App::start().await;
    let ada = app.guest().await;
    let thrown_away = ada.task("thrown away").await;
    ada.delete(&thrown_away).await.expect(204);
    let at_once = ada.task("at once").await;

    for task in [&thrown_away, &at_once] {
        let response: Response = ada.delete(&format!("{task}?permanent=true")).await.expect(204);
        assert_eq!(response.text, "");
        ada.get(task).await.problem(404);
        ada.post(&format!("{task}/restore"), json!({})).await.problem(404);
        ada.delete(&format!("{task}?permanent=true")).await.problem(404);
    }

    assert_eq!(ada.get("/api/tasks?deleted=true").await.json()["total"], 0);
    let events = app.database.events().await;
    let purged: Vec<&Value> = events.iter().filter(|event| event["type"] == "task.purged").collect();
    assert_eq!(purged.len(), 2);
    assert_eq!(purged[0]["before"]["title"], "thrown away");
    assert_ne!(purged[0]["before"]["deleted_at"], Value::Null);
    assert_eq!(purged[1]["before"]["title"], "at once");
    assert!(
        purged.iter().all(|event| event["after"] == Value::Null && event["actor"] == "user"),
        "{purged:?}"
    );
    let tombstones = app.database.rows("select id, seq from app.tombstones order by seq").await;
    let expected: Vec<Value> =
        purged.iter().map(|event| json!({ "id": event["subject_id"], "seq": event["seq"] })).collect();
    assert_eq!(tombstones, expected);
}

#[tokio::test]
async fn a_delete_moves_to_the_trash_and_tasks_of_others_cannot_be_purged() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;

    app.guest().await.delete(&format!("{task}?permanent=true")).await.problem(404);
    let unclear = ada.delete(&format!("{task}?permanent=yes")).await.problem(422);
    assert_eq!(unclear["errors"][0]["parameter"], "permanent");
    ada.get(&task).await.expect(200);

    ada.delete(&format!("{task}?permanent=false")).await.expect(204);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["report"]);
}

#[tokio::test]
async fn a_task_in_the_trash_is_purged_after_30_days() {
    let app = App::with(&[TOKEN]).await;
    let ada = app.guest().await;
    for title in ["old", "older", "young"] {
        let task = ada.task(title).await;
        ada.delete(&task).await.expect(204);
    }
    ada.task("kept").await;
    let bob = app.guest().await;
    let task = bob.task("of bob").await;
    bob.delete(&task).await.expect(204);
    let later = "update app.tasks set deleted_at
                     = now() - case when title = 'young' then interval '29 days' else interval '31 days' end
                  where title <> 'kept'";
    app.database.change(later).await;
    let seen = ada.get("/api/sync").await.expect(200).json()["seq"].clone();

    assert_eq!(housekeeping(&app).await, json!({ "purged": 3 }));

    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["young"]);
    assert_eq!(ada.titles("/api/tasks").await, ["kept"]);
    assert_eq!(bob.titles("/api/tasks?deleted=true").await, [] as [&str; 0]);
    let events = app.database.events().await;
    let purged: Vec<&Value> = events.iter().filter(|event| event["type"] == "task.purged").collect();
    assert_eq!(purged.len(), 3);
    assert!(purged.iter().all(|event| event["actor"] == "system"), "{purged:?}");
    let changes = ada.get(&format!("/api/sync?since={seen}")).await.expect(200).json()["changes"].clone();
    assert_eq!(changes.as_array().map(Vec::len), Some(2), "{changes}");
    assert!(
        changes
            .as_array()
            .unwrap()
            .iter()
            .all(|change| change["deleted"] == true && change["data"] == Value::Null)
    );
    assert_eq!(housekeeping(&app).await, json!({ "purged": 0 }));
}

#[tokio::test]
async fn only_dapr_can_start_housekeeping() {
    let app = App::with(&[TOKEN]).await;
    let ada = app.guest().await;
    let task = ada.task("old").await;
    ada.delete(&task).await.expect(204);
    app.database.change("update app.tasks set deleted_at = now() - interval '31 days'").await;

    app.call("POST", "/internal/housekeeping").send().await.problem(401);
    app.call("POST", "/internal/housekeeping").header("dapr-api-token", "").send().await.problem(401);
    app.call("POST", "/internal/housekeeping")
        .header("dapr-api-token", "sample-toke")
        .send()
        .await
        .problem(401);
    ada.post("/internal/housekeeping", json!({})).await.problem(401);

    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["old"]);
}

#[tokio::test]
async fn without_a_configured_token_housekeeping_rejects_every_caller() {
    let app = App::start().await;
    app.call("POST", "/internal/housekeeping").header("dapr-api-token", "").send().await.problem(401);
}

#[tokio::test]
async fn tombstones_are_purged_after_90_days_and_older_clients_need_a_full_sync() {
    let app = App::with(&[TOKEN]).await;
    let ada = app.guest().await;
    for title in ["old", "young"] {
        let task = ada.task(title).await;
        ada.delete(&format!("{task}?permanent=true")).await.expect(204);
    }
    let later = "update app.tombstones set created_at
                     = now() - case seq when 2 then interval '91 days' else interval '89 days' end";
    app.database.change(later).await;

    housekeeping(&app).await;

    assert_eq!(app.database.rows("select seq from app.tombstones").await, [json!({ "seq": 4 })]);
    ada.get("/api/sync?since=1").await.problem(410);
    let rest = ada.get("/api/sync?since=2").await.expect(200).json();
    assert_eq!(rest["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(ada.get("/api/sync?since=0").await.expect(200).json(), rest);
}
