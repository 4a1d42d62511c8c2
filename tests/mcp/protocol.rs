//! Revisions of the protocol, and their requirements.

use serde_json::{Value, json};
use tests::App;

use super::assistant::{Assistant, HANDSHAKE_REVISIONS, MODERN};
use super::{TOOL_NAMES, event_summaries};

/// Requests that name a tool, a prompt or a resource, with that name.
fn named_requests() -> [(&'static str, Value); 3] {
    [
        ("tools/call", json!({ "name": "list_tasks", "arguments": {} })),
        ("prompts/get", json!({ "name": "plan_my_day" })),
        ("resources/read", json!({ "uri": "taskflow://today" })),
    ]
}

fn capabilities() -> Value {
    json!({ "tools": {}, "prompts": {}, "resources": {}, "completions": {} })
}

#[tokio::test]
async fn the_newest_revision_needs_no_handshake_and_lists_its_capabilities() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);

    let found = assistant.request("server/discover", json!({})).await.result();

    assert_eq!(found["supportedVersions"], json!([MODERN, HANDSHAKE_REVISIONS[0], HANDSHAKE_REVISIONS[1]]));
    assert_eq!(found["capabilities"], capabilities());
    assert!(found["ttlMs"].is_u64() && found["cacheScope"].is_string(), "{found}");
    assert!(found["instructions"].as_str().is_some_and(|text| text.contains("time zone is UTC")), "{found}");
    assistant.call("list_tasks", json!({})).await.success();
}

#[tokio::test]
async fn an_older_client_starts_with_a_handshake_in_its_own_revision() {
    let app = App::start().await;
    let ada = app.guest_in("Asia/Kolkata").await;
    for revision in HANDSHAKE_REVISIONS {
        let assistant = Assistant::with_revision("old", &ada, revision).await;

        let hello = assistant.initialize(revision).await.result();

        assert_eq!((&hello["protocolVersion"], &hello["capabilities"]), (&json!(revision), &capabilities()));
        let server = &hello["serverInfo"];
        assert_eq!((&server["name"], &server["title"]), (&json!("taskflow"), &json!("TaskFlow")));
        assert!(server["version"].is_string(), "{hello}");
        assert!(hello["instructions"].as_str().is_some_and(|text| text.contains("Asia/Kolkata")), "{hello}");
        assert_eq!(assistant.request("ping", json!({})).await.bare_result(), json!({}));
        assert_eq!(assistant.tools().await, TOOL_NAMES);
        assistant.call("list_tasks", json!({})).await.success();
    }
}

#[tokio::test]
async fn a_handshake_with_an_unknown_revision_selects_the_newest_one() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    for requested in ["2024-11-05", "2025-03-26", MODERN, "2099-01-01", "nonsense"] {
        assert_eq!(
            assistant.initialize(requested).await.result()["protocolVersion"],
            HANDSHAKE_REVISIONS[0],
            "{requested}"
        );
    }
}

#[tokio::test]
async fn headers_that_contradict_the_message_are_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    for (method, params) in named_requests() {
        for (header, value) in [
            ("mcp-protocol-version", None),
            ("mcp-protocol-version", Some(HANDSHAKE_REVISIONS[0])),
            ("mcp-method", None),
            ("mcp-method", Some("tools/list")),
            ("mcp-method", Some("Tools/Call")),
            ("mcp-name", None),
            ("mcp-name", Some("another")),
            ("mcp-name", Some("=?base64?b3RoZXI=?=")),
            ("mcp-name", Some("=?base64?%%%?=")),
        ] {
            assistant
                .message(method, params.clone())
                .header(header, value)
                .send()
                .await
                .status(400)
                .error(-32020);
        }
        assistant
            .message(method, params.clone())
            .revision(HANDSHAKE_REVISIONS[0])
            .send()
            .await
            .status(400)
            .error(-32020);
        assistant.request(method, params).await.result();
    }
    for header in ["mcp-protocol-version", "mcp-method"] {
        let add = assistant.tool("add_task", json!({ "title": "not this" })).header(header, None);
        add.send().await.status(400).error(-32020);
    }
    assert_eq!(ada.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_name_may_be_encoded_in_its_header() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    for encoded in ["=?base64?bGlzdF90YXNrcw==?=", "list_tasks"] {
        assistant.tool("list_tasks", json!({})).header("mcp-name", Some(encoded)).call().await.success();
    }
}

#[tokio::test]
async fn an_unsupported_revision_is_rejected_with_the_supported_ones() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (modern, older) =
        (Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await);
    for requested in ["2099-01-01", "2025-03-26", "1900-01-01", "nonsense"] {
        let both = modern
            .message("tools/list", json!({}))
            .revision(requested)
            .header("mcp-protocol-version", Some(requested));
        let header = older.message("tools/list", json!({})).header("mcp-protocol-version", Some(requested));
        for message in [both, header] {
            let error = message.send().await.status(400).error(-32022);
            assert_eq!(
                error["data"],
                json!({ "supported": [MODERN, HANDSHAKE_REVISIONS[0], HANDSHAKE_REVISIONS[1]],
                        "requested": requested })
            );
        }
    }
    older.message("tools/list", json!({})).header("mcp-protocol-version", None).send().await.result();
}

#[tokio::test]
async fn metadata_of_a_modern_message_is_required() {
    let app = App::start().await;
    let assistant = Assistant::of(&app.guest().await);
    for member in ["protocolVersion", "clientCapabilities"] {
        for (method, params) in named_requests() {
            assistant.message(method, params).without(member).send().await.status(400).error(-32602);
        }
    }
    assistant.tool("list_tasks", json!({})).without("clientInfo").call().await.success();
}

#[tokio::test]
async fn an_unknown_method_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (modern, older) =
        (Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[1]).await);
    for method in ["initialize", "ping", "no/such", "TOOLS/LIST"] {
        modern.request(method, json!({})).await.status(404).error(-32601);
    }
    for method in ["no/such", "logging/setLevel", "tools/List"] {
        older.request(method, json!({})).await.status(200).error(-32601);
    }
}

#[tokio::test]
async fn the_actor_name_is_the_name_of_the_client() {
    let app = App::start().await;
    let ada = app.guest().await;
    let names = ["Claude Desktop", "Zoë's \"client\" 👋", "cli"];
    let older = Assistant::with_revision(names[1], &ada, HANDSHAKE_REVISIONS[0]).await;
    let another = Assistant::with_revision(names[2], &ada, HANDSHAKE_REVISIONS[1]).await;

    for assistant in [Assistant::with_name(names[0], &ada), older, another] {
        assistant.call("add_task", json!({ "title": "x" })).await.success();
    }

    let expected = names.map(|name| ("task.created".to_owned(), "agent".to_owned(), Some(name.to_owned())));
    assert_eq!(event_summaries(&app).await, expected);
}

#[tokio::test]
async fn a_client_may_call_itself_anything() {
    let app = App::start().await;
    let ada = app.guest().await;
    let endless = "x".repeat(100_000);
    for name in [endless.as_str(), "line\nline \u{1b}[31m", "", " "] {
        let hello = Assistant::with_name(name, &ada).initialize(HANDSHAKE_REVISIONS[0]).await;
        hello.result();
        let session = hello.response.header("mcp-session-id");
        assert!(session.len() < 4096 && session.bytes().all(|byte| byte.is_ascii_graphic()), "{session}");
        Assistant::with_revision(name, &ada, HANDSHAKE_REVISIONS[0])
            .await
            .call("add_task", json!({ "title": "x" }))
            .await
            .success();
        Assistant::with_name(name, &ada).call("add_task", json!({ "title": "x" })).await.success();
    }
    let made_up = Assistant::with_revision("cli", &ada, HANDSHAKE_REVISIONS[0]).await;
    for session in ["nonsense", "%ff%fe", "eyJh"] {
        let call = made_up.tool("add_task", json!({ "title": "x" })).header("mcp-session-id", Some(session));
        call.call().await.success();
    }

    for (_, actor, name) in event_summaries(&app).await {
        assert_eq!(actor, "agent");
        let name = name.unwrap_or_default();
        assert!(name.chars().count() <= 200 && !name.chars().any(char::is_control), "{name:?}");
    }
}
