use serde_json::{Value, json};
use tests::App;

use super::api;
use crate::mcp::assistant::Assistant;
use crate::mcp::{Things, create_task, event_types, id, titles, with};

const SERIES_PATH: &str = "/api/recurring-tasks";

#[tokio::test]
async fn a_series_is_created_with_all_arguments() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given = json!({
        "title": "pay the rent", "description": "to the landlord", "priority": "high", "tags": ["home"],
        "frequency": "monthly", "interval": 2, "day_of_month": 31, "anchor": "schedule",
        "timezone": "Europe/Berlin",
        "start_date": "2031-01-10T09:00:00+01:00", "end_date": "2032-12-31",
        "reminders": [{ "before": "1d" }],
    });

    let series = Assistant::of(&ada).call("create_recurring_task", given.clone()).await.success();

    for member in
        ["title", "description", "priority", "tags", "frequency", "interval", "day_of_month", "timezone"]
    {
        assert_eq!(series[member], given[member], "{member}");
    }
    let shown = api(&ada, &format!("{SERIES_PATH}/{}", id(&series))).await;
    assert_eq!(with(shown.clone(), series), shown, "it is as the API shows it");
    assert_eq!(ada.titles("/api/tasks").await, ["pay the rent"]);
}

#[tokio::test]
async fn every_kind_of_rule_is_accepted() {
    let app = App::start().await;
    let ada = app.guest().await;
    for rule in [
        json!({ "frequency": "daily" }),
        json!({ "frequency": "weekly", "by_weekday": ["mon", "fri"], "start_date": "2031-01-06" }),
        json!({ "frequency": "monthly", "day_of_month": "last", "interval": 3 }),
        json!({ "frequency": "yearly", "anchor": "completion", "end_date": null }),
        json!({ "frequency": "daily", "start_date": "2020-01-01" }),
    ] {
        let arguments = with(json!({ "title": "water plants" }), rule.clone());
        let series = Assistant::of(&ada).call("create_recurring_task", arguments).await.success();
        assert_eq!(series["frequency"], rule["frequency"]);
        let shown = api(&ada, &format!("{SERIES_PATH}/{}", id(&series))).await;
        assert_eq!(with(shown.clone(), series), shown, "{rule}");
    }
}

#[tokio::test]
async fn series_are_listed_as_the_api_lists_them() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three"] {
        let made = ada.post(SERIES_PATH, json!({ "title": title, "frequency": "daily" })).await.expect(201);
        if title == "two" {
            ada.delete(made.header("location")).await.expect(204);
        }
    }
    let assistant = Assistant::of(&ada);

    for (arguments, query) in [
        (json!({}), ""),
        (json!({ "status": "active" }), "status=active"),
        (json!({ "status": "ended" }), "status=ended"),
        (json!({ "limit": 2 }), "limit=2"),
    ] {
        let listed = assistant.call("list_recurring_tasks", arguments.clone()).await.success();
        assert_eq!(
            listed["items"],
            api(&ada, &format!("{SERIES_PATH}?{query}")).await["items"],
            "{arguments}"
        );
    }
    let first = assistant.call("list_recurring_tasks", json!({ "limit": 2 })).await.success();
    let rest = json!({ "limit": 2, "cursor": first["next_cursor"] });
    let rest = assistant.call("list_recurring_tasks", rest).await.success();
    assert_eq!((titles(&first), titles(&rest)), (vec!["three", "two"], vec!["one"]));
    assert_eq!(rest["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_series_that_stops_keeps_its_open_task_by_default() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    for arguments in [json!({}), json!({ "delete_open": false }), json!({ "delete_open": "false" })] {
        let arguments = with(json!({ "recurring_task": id(&things.series), "confirm": true }), arguments);

        let stopped = Assistant::of(&ada).call("stop_recurring_task", arguments.clone()).await.success();

        assert_eq!(
            (&stopped["stopped"], &stopped["needs_confirmation"]),
            (&json!(true), &json!(false)),
            "{arguments}"
        );
        let series = &stopped["recurring_task"];
        assert_eq!((id(series), &series["status"]), (id(&things.series), &json!("ended")), "{arguments}");
    }
    assert_eq!(api(&ada, &format!("{SERIES_PATH}/{}", id(&things.series))).await["status"], "ended");
    assert_eq!(ada.titles("/api/tasks?search=water").await, ["water plants"], "the open task stays");
    let stops = event_types(&app).await.into_iter().filter(|kind| kind == "recurring.stopped").count();
    assert_eq!(stops, 1, "stopping again changes nothing");
}

#[tokio::test]
async fn a_series_id_is_no_reference_to_a_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let task = create_task(&ada, json!({ "title": "water plants by hand" })).await;
    let assistant = Assistant::of(&ada);

    assistant.call("get_task", json!({ "task": id(&things.series) })).await.refusal("not_found");
    assistant.call("stop_recurring_task", json!({ "recurring_task": id(&task) })).await.refusal("not_found");
    let by_hand = json!({ "recurring_task": "water plants by hand" });
    assistant.call("stop_recurring_task", by_hand).await.refusal("no_match");
}
