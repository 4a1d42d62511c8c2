//! Concurrency, rate limits, outages and faults.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person};

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::{TOOL_NAMES, id};
use crate::events::poll_until;

/// Calls a tool, and again for as long as too many other changes are being made.
async fn call_patiently(assistant: &Assistant, tool: &str, arguments: Value) -> Value {
    loop {
        let outcome = assistant.call(tool, arguments.clone()).await;
        if outcome.reply.result()["_meta"]["taskflow/problem"]["kind"] != "busy" {
            return outcome.success();
        }
        assert!(outcome.refusal("busy").text.contains("Call again"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Calls tools as an assistant does in a short conversation.
async fn converse(ada: Person, number: usize) {
    let assistant = Assistant::of(&ada);
    assert_eq!(assistant.tools().await, TOOL_NAMES);
    let title = format!("call number {number} back");
    let task = call_patiently(&assistant, "add_task", json!({ "title": title })).await;
    let done = call_patiently(&assistant, "complete_task", json!({ "task": title.to_uppercase() })).await;
    assert_eq!(id(&done), id(&task));
    let list = json!({ "status": "completed", "limit": 200 });
    let list = assistant.call("list_tasks", list).await.success();
    assert!(list["items"].as_array().unwrap().iter().any(|one| one["id"] == task["id"]), "{list}");
}

#[tokio::test]
async fn fifty_concurrent_assistants_are_served() {
    let app = App::start().await;
    let people = join_all((0..50).map(|_| app.guest())).await;

    for one in people.into_iter().map(|ada| tokio::spawn(converse(ada, 1))).collect::<Vec<_>>() {
        one.await.unwrap();
    }

    assert_eq!(app.database.rows("select id from app.tasks where status = 'completed'").await.len(), 50);
}

#[tokio::test]
async fn fifty_concurrent_assistants_of_one_user_are_served() {
    let app = App::start().await;
    let ada = app.guest().await;

    let conversations = join_all((0..50).map(|number| tokio::spawn(converse(ada.clone(), number)))).await;

    assert!(conversations.iter().all(Result::is_ok), "{:#?}", app.logs());
    assert_eq!(ada.get("/api/tasks?status=completed").await.expect(200).json()["total"], 50);
}

#[tokio::test]
async fn a_limited_call_reports_the_time_to_wait() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    app.database.change("update app.limits set requests = 5, seconds = 600 where name = 'user'").await;
    let mut made = 0;
    let refused = loop {
        let outcome = assistant.call("add_task", json!({ "title": "x" })).await;
        if outcome.reply.result()["isError"] == true {
            break outcome.refusal("limited");
        }
        made += 1;
        assert!(made <= 5, "five are allowed");
    };

    assert!(made > 0);
    let mut numbers =
        refused.text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u32>().ok());
    assert!(numbers.any(|wait| (1..=120).contains(&wait)), "{}", refused.text);
    assert!(refused.text.contains("second"), "{}", refused.text);
    assert_eq!(app.database.rows("select id from app.tasks").await.len(), made);
    let list = assistant.request("tools/list", json!({})).await.status(429);
    list.error(-32600);
    assert!(list.response.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0), "{list:?}");
    app.database.change("update app.buckets set since = since - 600").await;
    assistant.call("add_task", json!({ "title": "x" })).await.success();
}

#[tokio::test]
async fn during_a_database_outage_assistants_are_told_to_retry() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistants =
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await];
    for assistant in &assistants {
        assistant.call("list_tasks", json!({})).await.success();
    }

    app.database.refuse_connections().await;
    let began = Instant::now();
    let mut tried = 0;
    for assistant in &assistants {
        for reply in [
            assistant.request("tools/call", json!({ "name": "list_tasks", "arguments": {} })).await,
            assistant
                .request("tools/call", json!({ "name": "get_task", "arguments": { "task": "milk" } }))
                .await,
            assistant
                .request("tools/call", json!({ "name": "add_task", "arguments": { "title": "x" } }))
                .await,
            assistant.request("resources/read", json!({ "uri": "taskflow://today" })).await,
            assistant.request("tools/list", json!({})).await,
            assistant.request("prompts/list", json!({})).await,
            assistant.initialize(HANDSHAKE_REVISIONS[0]).await,
        ] {
            let reply = reply.status(503);
            reply.error(-32603);
            assert!(
                reply.response.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0),
                "{reply:?}"
            );
            tried += 1;
        }
    }
    assert!(began.elapsed().as_secs() < 2 * tried, "{tried} responses took {:?}", began.elapsed());
    app.database.accept_connections().await;

    poll_until("a response", async || {
        let reply = assistants[0].tool("add_task", json!({ "title": "x" })).call().await;
        (reply.reply.response.status == 200).then(|| reply.success())
    })
    .await;
    assert_eq!(ada.titles("/api/tasks").await, ["x"]);
}

#[tokio::test]
async fn a_server_fault_is_reported_without_its_cause() {
    let app = App::start().await;
    let ada = app.guest().await;
    app.database.change("alter table app.tasks rename column title to heading").await;

    let assistant = Assistant::of(&ada);
    let call = assistant.tool("add_task", json!({ "title": "private words" }));
    let fault = call.header("x-correlation-id", Some("fault-1")).send().await;

    let text = fault.response.text.clone();
    assert_eq!(
        (fault.response.status, fault.response.json()["error"]["code"].as_i64()),
        (500, Some(-32_603)),
        "{text}"
    );
    for secret in ["column", "SQL", "insert", "private words", "42703"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("fault-1"), "the text has the id: {text}");
    let logged: Vec<String> = app.logs().into_iter().filter(|line| line.contains("fault-1")).collect();
    if std::env::var("TASKFLOW_ENGINE").as_deref() != Ok("spin") {
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert!(
            logged[0].contains("SQLSTATE 42703") && logged[0].contains("\"function\":\"mcp\""),
            "{logged:?}"
        );
        assert!(!logged[0].contains("private words"), "{logged:?}");
    }
}
