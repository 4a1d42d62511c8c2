use serde_json::{Value, json};
use tests::App;

use crate::mcp::assistant::Assistant;
use crate::mcp::{create_task, event_types, id, reload, with};

#[tokio::test]
async fn an_update_changes_only_the_given_members() {
    let app = App::start().await;
    let ada = app.guest().await;
    let made = json!({
        "title": "report", "description": "for monday", "priority": "low", "tags": ["work"],
        "due_date": "2031-01-05",
    });
    for (change, then) in [
        (json!({ "title": " the report " }), json!({ "title": "the report" })),
        (json!({ "description": "for\ntuesday" }), json!({ "description": "for\ntuesday" })),
        (json!({ "description": null }), json!({ "description": null })),
        (json!({ "priority": "High" }), json!({ "priority": "high" })),
        (json!({ "tags": ["home", "paper"] }), json!({ "tags": ["home", "paper"] })),
        (json!({ "tags": null }), json!({ "tags": [] })),
        (
            json!({ "due_date": "2031-02-03T04:05:06Z" }),
            json!({ "due_date": "2031-02-03T04:05:06+00:00", "all_day": false }),
        ),
        (json!({ "due_date": null }), json!({ "due_date": null, "all_day": false })),
        (json!({ "title": "a", "tags": ["b"] }), json!({ "title": "a", "tags": ["b"] })),
    ] {
        let task = create_task(&ada, made.clone()).await;

        let changed = Assistant::of(&ada)
            .call("update_task", with(json!({ "task": id(&task) }), change.clone()))
            .await
            .success();

        let stamps = json!({ "version": 2, "seq": changed["seq"], "updated_at": changed["updated_at"] });
        assert_eq!(changed, with(with(task.clone(), then), stamps), "{change}");
        assert_eq!(reload(&ada, &task).await, changed);
    }
}

#[tokio::test]
async fn null_for_every_argument_clears_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task =
        create_task(&ada, json!({ "title": "report", "tags": ["work"], "due_date": "2031-01-05" })).await;
    let nothing = json!({ "task": id(&task), "title": null, "description": null, "priority": "high",
                          "tags": null,
                          "due_date": null, "allow_past": null, "idempotency_key": null });
    for (change, wrong) in [
        (json!({}), vec!["/title", "/allow_past"]),
        (json!({ "title": "the report" }), vec!["/allow_past"]),
        (json!({ "priority": null, "allow_past": false }), vec!["/title", "/priority"]),
    ] {
        let all = with(nothing.clone(), change);
        let refused = Assistant::of(&ada).call("update_task", all).await.refusal("invalid");

        assert_eq!(refused.pointers(), wrong);
        assert!(refused.text.contains("leave out"), "{}", refused.text);
    }
    for blank in ["tags", "due_date", "priority"] {
        let change = json!({ "task": id(&task), blank: " " });
        let refused = Assistant::of(&ada).call("update_task", change).await.refusal("invalid");
        assert_eq!(refused.pointers(), [format!("/{blank}")]);
    }
    assert_eq!(reload(&ada, &task).await, task);
}

#[tokio::test]
async fn a_change_without_effect_leaves_the_task_as_it_is() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given = json!({ "title": "report", "priority": "high", "tags": ["work"],
                        "due_date": "2031-01-05T09:00:00Z" });
    let task = create_task(&ada, given).await;
    for (tool, arguments) in [
        ("update_task", json!({})),
        ("update_task", json!({ "title": "report", "tags": ["work"] })),
        ("reopen_task", json!({})),
        ("set_task_priority", json!({ "priority": "HIGH" })),
        ("set_task_due_date", json!({ "due_date": "2031-01-05T10:00:00+01:00" })),
        ("add_task_tags", json!({ "tags": [" work "] })),
        ("remove_task_tags", json!({ "tags": ["home", "Work"] })),
    ] {
        let same =
            Assistant::of(&ada).call(tool, with(json!({ "task": id(&task) }), arguments)).await.success();
        assert_eq!(same, task, "{tool}");
    }
    assert_eq!(event_types(&app).await, ["task.created"]);
}

#[tokio::test]
async fn a_priority_is_set_in_any_letter_case() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report" })).await;
    for (given, then) in [("HIGH", "high"), ("low", "low"), ("Medium", "medium")] {
        let arguments = json!({ "task": id(&task), "priority": given });
        let set = Assistant::of(&ada).call("set_task_priority", arguments).await.success();
        assert_eq!(set["priority"], then);
        assert_eq!(reload(&ada, &task).await, set);
    }
}

#[tokio::test]
async fn a_due_date_is_a_time_or_a_day_or_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "taxes" })).await;
    for (given, due_date, all_day) in [
        (json!("2031-04-15T17:00:00-04:00"), json!("2031-04-15T21:00:00+00:00"), false),
        (json!("2031-04-15"), json!("2031-04-15T23:59:00+00:00"), true),
        (Value::Null, Value::Null, false),
    ] {
        let arguments = json!({ "task": id(&task), "due_date": given });
        let set = Assistant::of(&ada).call("set_task_due_date", arguments).await.success();
        assert_eq!((&set["due_date"], &set["all_day"]), (&due_date, &json!(all_day)), "{given}");
        assert_eq!(reload(&ada, &task).await, set);
    }
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report", "tags": ["work", "a/b, c"] })).await;
    for (tool, tags, then) in [
        (
            "add_task_tags",
            json!([" urgent ", "work", "paper", "urgent"]),
            json!(["work", "a/b, c", "urgent", "paper"]),
        ),
        ("remove_task_tags", json!(["work", "urgent", "not there"]), json!(["a/b, c", "paper"])),
        ("remove_task_tags", json!(["a/b, c", " paper "]), json!([])),
    ] {
        let tagged =
            Assistant::of(&ada).call(tool, json!({ "task": id(&task), "tags": tags })).await.success();
        assert_eq!(tagged["tags"], then, "{tool} {tags}");
        assert_eq!(reload(&ada, &task).await, tagged);
    }
    assert_eq!(event_types(&app).await.len(), 4, "several tags are one change");
}

#[tokio::test]
async fn a_task_has_at_most_ten_tags() {
    let app = App::start().await;
    let ada = app.guest().await;
    let tags = ["1", "2", "3", "4", "5", "6", "7", "8"];
    let task = create_task(&ada, json!({ "title": "report", "tags": tags })).await;

    let more = json!({ "task": id(&task), "tags": ["9", "10", "11"] });
    assert_eq!(
        Assistant::of(&ada).call("add_task_tags", more).await.refusal("invalid").pointers(),
        ["/tags"]
    );

    assert_eq!(reload(&ada, &task).await, task);
}

#[tokio::test]
async fn a_change_by_words_reports_the_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "Submit the report" })).await;

    let outcome =
        Assistant::of(&ada).call("set_task_priority", json!({ "task": "report", "priority": "high" })).await;

    assert_eq!(id(&outcome.success()), id(&task));
    assert!(outcome.text().contains("\"Submit the report\""), "{}", outcome.text());
}
