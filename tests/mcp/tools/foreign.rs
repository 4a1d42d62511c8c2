use serde_json::json;
use tests::App;

use crate::mcp::assistant::Assistant;
use crate::mcp::{Things, UNKNOWN_ID, id, snapshot};

#[tokio::test]
async fn no_tool_finds_or_changes_objects_of_another_user() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    for (tool, arguments) in things.arguments() {
        for member in ["task", "recurring_task", "reminder"] {
            if arguments.get(member).is_some() {
                let outcome = Assistant::of(&eve).call(tool, arguments.clone()).await;
                outcome.refusal("not_found");
                let text = &outcome.reply.response.text;
                assert!(!text.contains("call mom") && !text.contains("water plants"), "{tool}: {text}");
            }
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    for (tool, mut arguments) in things.arguments() {
        for member in ["task", "recurring_task", "reminder"] {
            if arguments.get(member).is_some() {
                arguments[member] = json!(UNKNOWN_ID);
                let refused = Assistant::of(&ada).call(tool, arguments.clone()).await.refusal("not_found");
                assert!(refused.text.contains(UNKNOWN_ID), "{tool}: {}", refused.text);
            }
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn words_of_another_users_tasks_match_nothing() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    for (tool, mut arguments) in things.arguments() {
        for (member, words) in [("task", "call mom"), ("recurring_task", "water plants")] {
            if arguments.get(member).is_some() {
                arguments[member] = json!(words);
                let refused = Assistant::of(&eve).call(tool, arguments.clone()).await.refusal("no_match");
                assert!(refused.candidates().is_empty(), "{tool}: {refused:?}");
                assert!(!refused.text.contains(id(&things.task)), "{tool}: {refused:?}");
            }
        }
    }
    assert_eq!(snapshot(&app).await, before);
}
