use serde_json::json;
use tests::App;

use super::api;
use crate::events::wait_for_trail;
use crate::mcp::assistant::Assistant;
use crate::mcp::{complete, create_task, id, path, with};
use crate::pages::{MEBIBYTE, insert_long_events};

#[tokio::test]
async fn the_history_of_a_task_matches_the_audit_trail_even_after_a_deletion() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report" })).await;
    complete(&ada, &task).await;
    let assistant = Assistant::of(&ada);
    let audit = format!("/api/audit/tasks/{}", id(&task));
    wait_for_trail(&ada, &audit, 2).await;

    for task in [id(&task), "report"] {
        let history = assistant.call("get_task_history", json!({ "task": task })).await.success();
        assert_eq!(history, api(&ada, &audit).await);
    }
    let first = assistant.call("get_task_history", json!({ "task": id(&task), "limit": 1 })).await.success();
    let cursor = json!({ "task": id(&task), "limit": "1", "cursor": first["next_cursor"] });
    let second = assistant.call("get_task_history", cursor).await.success();
    assert_eq!(
        [&first["items"][0]["event_type"], &second["items"][0]["event_type"]],
        ["task.created", "task.completed"]
    );

    ada.delete(&path(&task)).await.expect(204);
    ada.delete(&format!("{}?permanent=true", path(&task))).await.expect(204);
    wait_for_trail(&ada, &audit, 4).await;
    let history = assistant.call("get_task_history", json!({ "task": id(&task) })).await.success();
    assert_eq!(history["items"].as_array().map(Vec::len), Some(4));
    assert_eq!(history, api(&ada, &audit).await);
}

#[tokio::test]
async fn the_history_of_a_long_description_is_a_page_of_a_mebibyte_at_most() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report" })).await;
    insert_long_events(&app, &ada, id(&task), 8).await;
    let assistant = Assistant::of(&ada);

    let (mut seqs, mut page) = (Vec::new(), json!({ "limit": 200 }));
    loop {
        let history =
            assistant.call("get_task_history", with(json!({ "task": id(&task) }), page.clone())).await;
        assert!(history.reply.response.text.len() <= MEBIBYTE, "{}", history.reply.response.text.len());
        let history = history.success();
        let items = history["items"].as_array().unwrap();
        seqs.extend(items.iter().filter_map(|item| item["data"]["seq"].as_u64()));
        if history["next_cursor"].is_null() {
            break;
        }
        page = json!({ "limit": 200, "cursor": history["next_cursor"] });
    }

    assert_eq!(seqs, (1..=8).collect::<Vec<u64>>());
}
