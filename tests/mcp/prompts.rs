use serde_json::{Value, json};
use tests::App;

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::responses::name;
use super::{create_task, snapshot};

const PROMPTS: [&str; 2] = ["plan_my_day", "weekly_review"];

/// Returns the text of a prompt.
fn prompt_text(prompt: &Value) -> String {
    let messages = prompt["messages"].as_array().unwrap_or_else(|| panic!("no messages: {prompt}"));
    assert!(!messages.is_empty(), "{prompt}");
    let text = |message: &Value| {
        assert!(["user", "assistant"].iter().any(|role| message["role"] == *role), "{message}");
        assert!(message["content"]["type"].is_string(), "{message}");
        message["content"]["text"].as_str().unwrap_or_default().to_owned()
    };
    messages.iter().map(text).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn there_are_prompts_for_the_day_and_for_the_week() {
    let app = App::start().await;
    let ada = app.guest().await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        let listed = assistant.list("prompts/list", "prompts").await;

        assert_eq!(listed.iter().map(name).collect::<Vec<_>>(), PROMPTS);
        for prompt in &listed {
            for member in ["title", "description"] {
                assert!(prompt[member].as_str().is_some_and(|text| text.len() > 5), "{member}: {prompt}");
            }
            let [tag] = prompt["arguments"].as_array().unwrap().as_slice() else {
                panic!("one argument: {prompt}")
            };
            assert_eq!(tag["name"], "tag");
            assert!(tag["description"].is_string() && tag["required"] != true, "{tag}");
        }
    }
}

#[tokio::test]
async fn a_prompt_covers_all_tasks_or_those_with_a_tag() {
    let app = App::start().await;
    let ada = app.guest().await;
    create_task(&ada, json!({ "title": "buy milk", "tags": ["home"] })).await;
    let before = snapshot(&app).await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[1]).await]
    {
        for name in PROMPTS {
            let whole = assistant.request("prompts/get", json!({ "name": name })).await.result();
            let empty = json!({ "name": name, "arguments": {} });
            let tagged = json!({ "name": name, "arguments": { "tag": "home sweet home" } });

            assert!(prompt_text(&whole).len() > 50, "{whole}");
            assert_eq!(
                prompt_text(&assistant.request("prompts/get", empty).await.result()),
                prompt_text(&whole)
            );
            let tagged = prompt_text(&assistant.request("prompts/get", tagged).await.result());
            assert!(tagged.contains("\"home sweet home\""), "{tagged}");
            assert!(!prompt_text(&whole).contains("home sweet home"));
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn an_unknown_prompt_or_argument_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        for params in [
            json!({ "name": "no_such_prompt" }),
            json!({ "name": "Plan_My_Day" }),
            json!({ "name": "plan_my_day", "arguments": { "tag": 7 } }),
            json!({ "name": "plan_my_day", "arguments": { "tag": "x".repeat(51) } }),
            json!({ "name": "plan_my_day", "arguments": { "colour": "red" } }),
            json!({ "name": "plan_my_day", "arguments": [] }),
        ] {
            assistant.request("prompts/get", params).await.error(-32602);
        }
    }
}
