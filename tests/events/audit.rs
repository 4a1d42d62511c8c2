use futures::future::join_all;
use serde_json::json;
use tests::App;

use super::{created_event, poll_until, wait_for_trail};

#[tokio::test]
async fn the_trail_has_the_actor_and_the_state_before_and_after() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let made = ada.create(json!({ "title": "report" })).await;
    let task = made.header("location").to_owned();
    let changed = ada.patch(&task, json!({ "title": "the report" })).await.expect(200);
    ada.delete(&task).await.expect(204);
    ada.delete(&format!("{task}?permanent=true")).await.expect(204);

    let path = format!("/api/audit/tasks/{}", made.id());
    let items = wait_for_trail(&ada, &path, 4).await;

    let types: Vec<_> = items.iter().map(|item| item["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["task.created", "task.updated", "task.deleted", "task.purged"]);
    let update = &items[1]["data"];
    assert_eq!(update["before"], made.json());
    assert_eq!(update["after"], changed.json());
    assert_eq!(update["changes"], json!({ "title": { "from": "report", "to": "the report" } }));
    assert_eq!(update["user_id"], ada.id());
    assert_eq!(update["task_id"], made.id());
    assert_eq!(update["actor"], "user");
    assert_eq!(update["schema_version"], 1);
    assert_eq!(update["correlation_id"], changed.header("x-correlation-id"));
    assert_eq!(items[3]["data"]["after"], json!(null));
}

#[tokio::test]
async fn users_see_their_own_trail_and_administrators_see_all() {
    let app = App::with_events().await;
    let (ada, ben, root) = (app.guest().await, app.guest().await, app.account("root@example.com").await);
    let task = ada.create(json!({ "title": "secret" })).await.id();
    ben.task("another").await;
    let make_admin = format!("update app.users set admin = true where id = '{}'", root.id());
    app.database.change(&make_admin).await;
    wait_for_trail(&ada, "/api/audit", 1).await;
    wait_for_trail(&ben, "/api/audit", 1).await;

    ben.get(&format!("/api/audit/tasks/{task}")).await.problem(404);
    ben.get(&format!("/api/audit?user_id={}", ada.id())).await.problem(403);
    assert_eq!(wait_for_trail(&ben, &format!("/api/audit?user_id={}", ben.id()), 1).await.len(), 1);
    assert_eq!(
        wait_for_trail(&root, &format!("/api/audit/tasks/{task}"), 1).await[0]["data"]["task_id"],
        task
    );
    assert_eq!(wait_for_trail(&root, &format!("/api/audit?user_id={}", ada.id()), 1).await.len(), 1);
    assert!(wait_for_trail(&root, "/api/audit?event_type=task.created", 2).await.len() >= 2);
    app.get("/api/audit").await.problem(401);
    let unknown = "0198c0de-0000-7000-8000-000000000001";
    ada.get(&format!("/api/audit/tasks/{unknown}")).await.problem(404);
}

#[tokio::test]
async fn security_events_are_in_the_trail_for_administrators() {
    let app = App::with_events().await;
    let root = app.account("root@example.com").await;
    let make_admin = format!("update app.users set admin = true where id = '{}'", root.id());
    app.database.change(&make_admin).await;
    app.post("/api/auth/login", json!({ "email": "root@example.com", "password": "not this one" }))
        .await
        .problem(401);
    app.call("POST", "/internal/audit/events").json(&json!({})).send().await.problem(401);

    let items = wait_for_trail(&root, "/api/audit", 2).await;

    let types: Vec<_> = items.iter().map(|item| item["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["auth.login_failed", "token.rejected"]);
}

#[tokio::test]
async fn the_trail_can_be_filtered_and_paged() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let task = ada.task("first").await;
    for number in 0..5 {
        ada.patch(&task, json!({ "title": format!("number {number}") })).await.expect(200);
    }
    let all = wait_for_trail(&ada, "/api/audit", 6).await;

    let mut paged = Vec::new();
    let mut path = "/api/audit?limit=2".to_owned();
    for _ in 0..3 {
        let page = ada.get(&path).await.expect(200).json();
        paged.extend(page["items"].as_array().unwrap().clone());
        path = format!("/api/audit?limit=2&cursor={}", page["next_cursor"].as_str().unwrap_or("end"));
    }
    assert_eq!(paged, all);
    assert!(path.ends_with("=end"));
    assert_eq!(wait_for_trail(&ada, "/api/audit?event_type=task.updated", 5).await.len(), 5);
    assert_eq!(wait_for_trail(&ada, "/api/audit?event_type=task.purged", 0).await.len(), 0);
    let third = all[2]["data"]["occurred_at"].as_str().unwrap().replace('+', "%2B");
    assert_eq!(wait_for_trail(&ada, &format!("/api/audit?from={third}"), 4).await, all[2..]);
    assert_eq!(wait_for_trail(&ada, &format!("/api/audit?to={third}"), 3).await, all[..3]);
    let page = ada.get("/api/audit?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    ada.get(&format!("/api/audit?event_type=task.created&cursor={cursor}")).await.problem(422);
    ada.get("/api/audit?event_type=task.exploded").await.problem(422);
}

#[tokio::test]
async fn a_day_of_the_trail_begins_at_its_first_midnight() {
    let app = App::with_events().await;
    let ada = app.guest_in("America/Havana").await;
    // At one the clocks there go back to midnight.
    let mut event = created_event(&ada.id(), 1);
    event["data"]["occurred_at"] = json!("2025-11-02T04:30:00+00:00");
    app.as_dapr("/internal/audit/events").json(&event).send().await.expect(200);
    wait_for_trail(&ada, "/api/audit", 1).await;

    for (day, expected) in [("2025-11-01", 0), ("2025-11-02", 1), ("2025-11-03", 0)] {
        let found = ada.get(&format!("/api/audit?from={day}&to={day}")).await.expect(200).json();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(expected), "{day}");
    }
}

#[tokio::test]
async fn the_trail_is_append_only() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    ada.task("kept").await;
    wait_for_trail(&ada, "/api/audit", 1).await;

    let owner = app.database.owner().await;
    let month =
        app.database.rows("select tableoid::regclass::text as name from app.audit").await[0]["name"].clone();
    let month = month.as_str().unwrap();
    for change in [
        "update app.audit set event_type = 'x'".to_owned(),
        "delete from app.audit".to_owned(),
        "truncate app.audit".to_owned(),
        format!("delete from {month}"),
        format!("truncate {month}"),
    ] {
        assert!(owner.batch_execute(&change).await.is_err(), "{change}");
        for role in ["taskflow_user", "taskflow_service"] {
            assert!(app.database.role(role).await.batch_execute(&change).await.is_err(), "{role}: {change}");
        }
    }
    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await.len(), 1);
}

#[tokio::test]
async fn an_event_delivered_twenty_times_is_in_the_trail_once() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let event = created_event(&ada.id(), 1);
    let calls = (0..20).map(|_| app.as_dapr("/internal/audit/events").json(&event).send());
    for response in join_all(calls).await {
        response.expect(200);
    }

    assert_eq!(wait_for_trail(&ada, "/api/audit", 1).await.len(), 1);
    let counted = app
        .database
        .rows("select outcome, sum(times) as times from app.consumer_counters group by 1 order by 1")
        .await;
    assert_eq!(
        counted,
        [json!({ "outcome": "done", "times": 1 }), json!({ "outcome": "duplicate", "times": 19 })]
    );
}

#[tokio::test]
async fn a_late_event_is_consumed_and_counted() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    for seq in [2, 3, 1] {
        app.as_dapr("/internal/audit/events").json(&created_event(&ada.id(), seq)).send().await.expect(200);
    }

    assert_eq!(wait_for_trail(&ada, "/api/audit", 3).await.len(), 3);
    let late = app
        .database
        .rows("select outcome, count(*) as n from app.consumed_events group by outcome order by outcome")
        .await;
    assert_eq!(late, [json!({ "outcome": "done", "n": 2 }), json!({ "outcome": "late", "n": 1 })]);
}

#[tokio::test]
async fn an_event_of_a_month_without_a_partition_is_kept() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let mut event = created_event(&ada.id(), 1);
    event["data"]["occurred_at"] = json!("2019-02-28T23:59:59.999+00:00");

    app.as_dapr("/internal/audit/events").json(&event).send().await.expect(200);

    assert_eq!(
        wait_for_trail(&ada, "/api/audit", 1).await[0]["data"]["occurred_at"],
        "2019-02-28T23:59:59.999+00:00"
    );
    poll_until("its month", async || {
        let months = app.database.rows("select to_regclass('app.audit_2019_02')::text as month").await;
        months[0]["month"].is_string().then_some(())
    })
    .await;
}
