//! Descriptions of tools for models.

use serde_json::{Value, json};
use tests::App;

use crate::mcp::assistant::{Assistant, HANDSHAKE_REVISIONS};
use crate::mcp::responses::{TOOLS, name};
use crate::mcp::{READ_ONLY, TOOL_NAMES, Things};

/// Tools whose work no other tool undoes.
const DESTRUCTIVE: [&str; 3] = ["delete_task", "stop_recurring_task", "cancel_reminder"];
/// Tools that do more when the same call is repeated.
const NOT_IDEMPOTENT: [&str; 5] =
    ["add_task", "update_task", "complete_task", "create_recurring_task", "set_reminder"];

#[tokio::test]
async fn all_tools_are_listed_in_order_as_in_the_repository() {
    let app = App::start().await;
    let ada = app.guest().await;

    let listed = Assistant::of(&ada).list("tools/list", "tools").await;

    assert_eq!(listed.iter().map(name).collect::<Vec<_>>(), TOOL_NAMES);
    assert_eq!(listed, *TOOLS);
    assert_eq!(
        Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[1]).await.list("tools/list", "tools").await,
        listed
    );
}

#[tokio::test]
async fn the_list_of_tools_is_private_as_it_depends_on_the_token() {
    let app = App::start().await;
    let page = Assistant::of(&app.guest().await).request("tools/list", json!({})).await.result();
    assert_eq!(page["cacheScope"], "private");
}

#[test]
fn each_tool_declares_if_it_is_read_only_destructive_or_idempotent() {
    for tool in &*TOOLS {
        let name = name(tool);
        let is_in = |names: &[&str]| names.contains(&name.as_str());
        let hints = &tool["annotations"];
        assert_eq!(hints["readOnlyHint"], is_in(&READ_ONLY), "{name}");
        assert_eq!(hints["destructiveHint"], is_in(&DESTRUCTIVE), "{name}");
        assert_eq!(hints["idempotentHint"], !is_in(&NOT_IDEMPOTENT), "{name}");
        assert_eq!(hints["openWorldHint"], false, "{name}");
        let takes_consent = tool["inputSchema"]["properties"].get("confirm").is_some();
        assert_eq!(takes_consent, is_in(&DESTRUCTIVE), "{name}");
    }
}

#[test]
fn each_tool_and_each_of_its_arguments_is_described() {
    for tool in &*TOOLS {
        let name = name(tool);
        assert!(tool["title"].as_str().is_some_and(|title| !title.is_empty() && title != name), "{name}");
        let description = tool["description"].as_str().unwrap_or_default();
        assert!((80..2000).contains(&description.len()), "{name}: {description}");
        for schema in [&tool["inputSchema"], &tool["outputSchema"]] {
            assert_eq!(schema["type"], "object", "{name}");
            jsonschema::validator_for(schema).unwrap();
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{name}");
        for (argument, schema) in tool["inputSchema"]["properties"].as_object().unwrap() {
            let about = schema["description"].as_str().unwrap_or_default();
            assert!(!about.is_empty(), "{name}: {argument}");
        }
    }
}

#[test]
fn the_arguments_of_each_tool_are_as_specified() {
    let page = ["cursor", "limit"];
    let new_task =
        ["allow_past", "description", "due_date", "id", "priority", "recurrence", "reminders", "tags"];
    let rule = ["anchor", "by_weekday", "day_of_month", "end_date", "interval", "start_date", "timezone"];
    let of_series =
        [&rule[..], &["allow_past", "description", "id", "priority", "reminders", "tags"]].concat();
    let bounds = ["completed_after", "completed_before", "due_after", "due_before"];
    let filters = [
        "deleted",
        "missed",
        "overdue",
        "priority",
        "search",
        "sort_by",
        "sort_order",
        "status",
        "tags",
        "tags_mode",
    ];
    let paged = |more: &[&'static str]| [&page[..], more].concat();
    for (tool, required, optional) in [
        ("add_task", vec!["title"], new_task.to_vec()),
        ("list_tasks", vec![], paged(&["status"])),
        ("get_task", vec!["task"], vec![]),
        (
            "update_task",
            vec!["task"],
            vec!["allow_past", "description", "due_date", "priority", "tags", "title"],
        ),
        ("complete_task", vec!["task"], vec![]),
        ("reopen_task", vec!["task"], vec![]),
        ("delete_task", vec!["task"], vec!["confirm"]),
        ("set_task_priority", vec!["priority", "task"], vec![]),
        ("set_task_due_date", vec!["due_date", "task"], vec!["allow_past"]),
        ("add_task_tags", vec!["tags", "task"], vec![]),
        ("remove_task_tags", vec!["tags", "task"], vec![]),
        ("search_tasks", vec!["search"], paged(&["status"])),
        ("filter_tasks", vec![], [&page[..], &bounds, &filters].concat()),
        ("sort_tasks", vec!["sort_by"], paged(&["sort_order", "status"])),
        ("create_recurring_task", vec!["frequency", "title"], of_series),
        ("list_recurring_tasks", vec![], paged(&["status"])),
        ("stop_recurring_task", vec!["recurring_task"], vec!["confirm", "delete_open"]),
        ("set_reminder", vec!["task"], vec!["at", "before", "id"]),
        ("list_reminders", vec![], paged(&["task"])),
        ("cancel_reminder", vec!["reminder"], vec!["confirm"]),
        ("get_task_history", vec!["task"], paged(&[])),
        ("list_notifications", vec![], paged(&["unread"])),
    ] {
        let schema = &TOOLS.iter().find(|one| name(one) == tool).unwrap()["inputSchema"];
        let keyed = [
            "add_",
            "create_",
            "set_",
            "update_",
            "complete_",
            "reopen_",
            "delete_",
            "remove_",
            "stop_",
            "cancel_",
        ];
        let key: &[&str] =
            if keyed.iter().any(|changes| tool.starts_with(changes)) { &["idempotency_key"] } else { &[] };
        let mut all = [&required[..], &optional, key].concat();
        all.sort_unstable();
        let mut actual: Vec<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        actual.sort_unstable();
        assert_eq!(actual, all, "{tool}");
        let mut actual: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        actual.sort_unstable();
        assert_eq!(actual, required, "{tool}");
    }
}

#[tokio::test]
async fn every_tool_accepts_arguments_that_its_schema_allows() {
    let app = App::start().await;
    let ada = app.guest().await;
    // Each call has objects of its own, as some tools remove them.
    for number in 0..TOOL_NAMES.len() {
        let (tool, arguments) = Things::of(&ada).await.arguments()[number].clone();
        let schema = &TOOLS[number]["inputSchema"];
        assert!(jsonschema::validator_for(schema).unwrap().is_valid(&arguments), "{tool}: {arguments}");
        Assistant::of(&ada).call(tool, arguments).await.success();
    }
}
