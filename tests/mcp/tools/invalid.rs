//! Invalid arguments.

use serde_json::{Value, json};
use tests::App;

use crate::mcp::assistant::Assistant;
use crate::mcp::responses::TOOLS;
use crate::mcp::{Things, id, snapshot, titles, with};

/// Invalid arguments of every paged tool.
fn pages() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "limit": 0 }), "/limit"),
        (json!({ "limit": 201 }), "/limit"),
        (json!({ "limit": -1 }), "/limit"),
        (json!({ "limit": 1.5 }), "/limit"),
        (json!({ "limit": "ten" }), "/limit"),
        (json!({ "cursor": "nonsense" }), "/cursor"),
    ]
}

/// Invalid titles, descriptions, priorities, tags and times.
fn fields() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "title": "" }), "/title"),
        (json!({ "title": " \u{feff} " }), "/title"),
        (json!({ "title": null }), "/title"),
        (json!({ "title": "x".repeat(501) }), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "description": "x".repeat(20_001) }), "/description"),
        (json!({ "description": "nul \0" }), "/description"),
        (json!({ "priority": "urgent" }), "/priority"),
        (json!({ "priority": 1 }), "/priority"),
        (json!({ "tags": ["fine", ""] }), "/tags/1"),
        (json!({ "tags": ["x".repeat(51)] }), "/tags/0"),
        (json!({ "tags": [7] }), "/tags/0"),
        (json!({ "tags": (0..11).map(|tag| tag.to_string()).collect::<Vec<_>>() }), "/tags"),
    ]
}

fn due_dates() -> Vec<(Value, &'static str)> {
    let due = |due_date: &str| (json!({ "due_date": due_date }), "/due_date");
    let days =
        ["tomorrow", "2031-02-30", "2031-04-02 17:00", "2031-04-02T17:00:00", "20310402", "2020-01-01"];
    let mut all: Vec<_> = days.into_iter().map(due).collect();
    all.push((json!({ "due_date": 1_900_000_000 }), "/due_date"));
    all.push((json!({ "due_date": "2031-01-01", "allow_past": "maybe" }), "/allow_past"));
    all
}

/// Invalid references to a task.
fn names(member: &'static str) -> Vec<(Value, String)> {
    let wrong = [json!(""), json!("  "), json!(7), json!(["x"]), json!("x".repeat(501)), json!("two\nlines")];
    wrong.map(|wrong| (json!({ member: wrong }), format!("/{member}"))).into()
}

fn keys() -> Vec<(Value, &'static str)> {
    let wrong = [json!("k".repeat(256)), json!("naïve"), json!("two words"), json!(7)];
    wrong.map(|wrong| (json!({ "idempotency_key": wrong }), "/idempotency_key")).into()
}

fn own_arguments(tool: &str) -> Vec<(Value, &'static str)> {
    match tool {
        "add_task" => vec![
            (json!({ "reminders": [{ "before": "soon" }] }), "/reminders/0/before"),
            (json!({ "reminders": [{ "before": "1h" }] }), "/reminders/0/before"),
            (json!({ "reminders": [{ "at": "2020-01-01T00:00:00Z" }] }), "/reminders/0/at"),
            (json!({ "reminders": 1 }), "/reminders"),
            (json!({ "reminders": "1h" }), "/reminders/0"),
            (json!({ "recurrence": { "frequency": "hourly" } }), "/recurrence/frequency"),
            (json!({ "recurrence": "daily" }), "/recurrence"),
        ],
        "list_tasks" | "search_tasks" | "sort_tasks" => vec![(json!({ "status": "open" }), "/status")],
        "filter_tasks" => vec![
            (json!({ "status": "open" }), "/status"),
            (json!({ "priority": "urgent" }), "/priority"),
            (json!({ "priority": ["low", "urgent"] }), "/priority"),
            (json!({ "tags_mode": "none" }), "/tags_mode"),
            (json!({ "due_after": "soon" }), "/due_after"),
            (json!({ "due_before": "2031-02-30" }), "/due_before"),
            (json!({ "completed_after": 7 }), "/completed_after"),
            (json!({ "overdue": "maybe" }), "/overdue"),
            (json!({ "missed": 1 }), "/missed"),
            (json!({ "deleted": "yes" }), "/deleted"),
            (json!({ "search": "x".repeat(201) }), "/search"),
            (json!({ "sort_by": "colour" }), "/sort_by"),
            (json!({ "sort_by": "relevance" }), "/sort_by"),
            (json!({ "sort_order": "up" }), "/sort_order"),
            (json!({ "offset": 1 }), "/offset"),
        ],
        "create_recurring_task" => vec![
            (json!({ "frequency": "hourly" }), "/frequency"),
            (json!({ "interval": 0 }), "/interval"),
            (json!({ "frequency": "weekly", "by_weekday": ["monday"] }), "/by_weekday/0"),
            (json!({ "day_of_month": 32 }), "/day_of_month"),
            (json!({ "anchor": "sometimes" }), "/anchor"),
            (json!({ "start_date": "soon" }), "/start_date"),
            (json!({ "start_date": "2031-01-05", "end_date": "2031-01-04" }), "/end_date"),
            (json!({ "timezone": "Mars/Olympus" }), "/timezone"),
            (json!({ "reminders": [{ "before": "-1h" }] }), "/reminders/0/before"),
            (json!({ "start_date": "2020-01-01", "allow_past": false }), "/start_date"),
        ],
        "list_recurring_tasks" => vec![(json!({ "status": "stopped" }), "/status")],
        "stop_recurring_task" => {
            vec![
                (json!({ "delete_open": "maybe" }), "/delete_open"),
                (json!({ "confirm": "maybe" }), "/confirm"),
            ]
        }
        "delete_task" | "cancel_reminder" => {
            vec![(json!({ "confirm": "maybe" }), "/confirm"), (json!({ "confirm": 1 }), "/confirm")]
        }
        "set_reminder" => vec![
            (json!({ "at": "2020-01-01T00:00:00Z" }), "/at"),
            (json!({ "at": "tomorrow" }), "/at"),
            (json!({ "at": null }), "/at"),
            (json!({ "before": "1h" }), "/at"),
            (json!({ "before": "soon" }), "/before"),
        ],
        "list_notifications" => vec![(json!({ "unread": "maybe" }), "/unread")],
        "set_task_priority" => vec![(json!({ "priority": null }), "/priority")],
        "set_task_due_date" => due_dates(),
        "update_task" => [fields(), due_dates()].concat(),
        "add_task_tags" | "remove_task_tags" => vec![(json!({ "tags": ["fine", " "] }), "/tags/1")],
        _ => vec![],
    }
}

#[tokio::test]
async fn every_invalid_argument_is_reported_and_nothing_changes() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    let before = snapshot(&app).await;
    for ((tool, arguments), described) in things.arguments().into_iter().zip(&*TOOLS) {
        let takes = |argument: &str| described["inputSchema"]["properties"].get(argument).is_some();
        let mut wrong = own_arguments(tool);
        wrong.extend(if takes("limit") { pages() } else { vec![] });
        wrong.extend(if takes("idempotency_key") { keys() } else { vec![] });
        wrong.extend(match tool {
            "add_task" => [fields(), due_dates()].concat(),
            "create_recurring_task" => fields(),
            _ => vec![],
        });
        let mut wrong: Vec<_> =
            wrong.into_iter().map(|(change, pointer)| (change, pointer.to_owned())).collect();
        let naming = ["task", "recurring_task"].into_iter().filter(|member| arguments.get(member).is_some());
        wrong.extend(naming.flat_map(names));
        // There, null is the same as no task.
        wrong.retain(|(change, _)| {
            tool != "list_reminders" || change["task"].as_str().is_none_or(|name| !name.trim().is_empty())
        });
        for (change, pointer) in wrong {
            let outcome = assistant.call(tool, with(arguments.clone(), change.clone())).await;
            assert_eq!(outcome.refusal("invalid").pointers(), [pointer], "{tool} {change}");
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn every_argument_of_a_wrong_type_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    for ((tool, arguments), described) in things.arguments().into_iter().zip(&*TOOLS) {
        for argument in described["inputSchema"]["properties"].as_object().unwrap().keys() {
            let change = json!({ argument: { "nested": ["deeply"] } });
            let outcome = Assistant::of(&ada).call(tool, with(arguments.clone(), change)).await;
            let wrong = outcome.refusal("invalid").pointers();
            assert!(
                wrong.iter().all(|pointer| pointer.starts_with(&format!("/{argument}"))),
                "{tool}: {wrong:?}"
            );
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn missing_and_unknown_arguments_are_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    let before = snapshot(&app).await;
    for ((tool, arguments), described) in things.arguments().into_iter().zip(&*TOOLS) {
        for required in described["inputSchema"]["required"].as_array().into_iter().flatten() {
            let required = required.as_str().unwrap();
            let mut less = arguments.clone();
            less.as_object_mut().unwrap().remove(required);
            let refused = assistant.call(tool, less).await.refusal("invalid");
            assert_eq!(refused.pointers(), [format!("/{required}")], "{tool}");
        }
        for unknown in ["colour", "user_id", "Title"] {
            let more = with(arguments.clone(), json!({ unknown: "red" }));
            let refused = assistant.call(tool, more).await.refusal("invalid");
            assert_eq!(refused.pointers(), [format!("/{unknown}")], "{tool}");
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn arguments_in_the_shapes_that_models_send_are_coerced() {
    let app = App::start().await;
    let ada = app.guest().await;
    let assistant = Assistant::of(&ada);
    let made = json!({
        "title": "buy milk", "description": "", "priority": " High ", "tags": "home, shop",
        "due_date": " 2031-01-05 ",
        "allow_past": "False", "recurrence": null, "reminders": [], "idempotency_key": "",
    });
    let task = assistant.call("add_task", made).await.success();
    assert_eq!((&task["priority"], &task["tags"]), (&json!("high"), &json!(["home", "shop"])));
    assert_eq!((&task["due_date"], &task["all_day"]), (&json!("2031-01-05T23:59:00+00:00"), &json!(true)));
    let rule = json!({
        "title": "report", "frequency": "Monthly", "interval": "2", "day_of_month": "Last", "anchor": "",
        "end_date": "",
        "start_date": "2031-01-31", "timezone": " ",
    });
    let series = assistant.call("create_recurring_task", rule).await.success();
    assert_eq!((&series["interval"], &series["day_of_month"]), (&json!(2), &json!("last")));
    let weekdays = json!({ "title": "call", "frequency": "weekly", "by_weekday": "Mon, wed" });
    assert_eq!(
        assistant.call("create_recurring_task", weekdays).await.success()["by_weekday"],
        json!(["mon", "wed"])
    );

    let listed =
        json!({ "status": "ANY", "sort_by": "title", "sort_order": "DESC", "limit": "2", "cursor": "" });
    assert_eq!(titles(&assistant.call("sort_tasks", listed).await.success()), ["report", "call"]);
    let due = json!({ "task": id(&task), "due_date": "" });
    assert_eq!(assistant.call("set_task_due_date", due).await.refusal("invalid").pointers(), ["/due_date"]);
}

#[tokio::test]
async fn a_time_without_an_offset_is_rejected_with_an_example_in_the_users_offset() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;

    let five = json!({ "title": "call mom", "due_date": "2031-04-02T17:00:00" });
    let refused = Assistant::of(&ada).call("add_task", five).await.refusal("invalid");

    assert!(
        refused.text.contains("2026-12-31T12:00:00-05:00") && refused.text.contains("It is "),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn all_errors_are_reported_at_once_with_corrections() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = json!({ "title": " ", "priority": "urgent", "tags": ["fine", ""], "due_date": "tomorrow",
                       "colour": "red" });

    let refused = Assistant::of(&ada).call("add_task", task).await.refusal("invalid");

    let mut wrong = refused.pointers();
    wrong.sort();
    assert_eq!(wrong, ["/colour", "/due_date", "/priority", "/tags/1", "/title"]);
    for right in ["high", "RFC 3339"] {
        assert!(refused.text.contains(right), "{right}: {}", refused.text);
    }
    assert_eq!(ada.titles("/api/tasks").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_reminder_needs_either_at_or_before() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let refused = Assistant::of(&ada)
        .call("set_reminder", json!({ "task": id(&things.task) }))
        .await
        .refusal("invalid");
    assert!(refused.text.contains("at") && refused.text.contains("before"), "{}", refused.text);
}
