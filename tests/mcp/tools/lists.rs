use serde_json::{Value, json};
use tests::{App, Person};

use super::api;
use crate::mcp::assistant::Assistant;
use crate::mcp::{complete, create_task, notify, path, titles, with};
use crate::pages::{MEBIBYTE, insert_long_tasks};

/// Inserts tasks that differ in every filterable field.
async fn insert_tasks(app: &App, ada: &Person) {
    for task in [
        json!({ "title": "buy milk", "priority": "high", "tags": ["home", "shop"],
                "due_date": "2031-01-03" }),
        json!({ "title": "buy bread", "priority": "low", "tags": ["shop"],
                "due_date": "2031-01-02T12:00:00Z" }),
        json!({ "title": "Write report", "description": "about milk", "tags": ["work"],
                "due_date": "2031-01-01" }),
        json!({ "title": "tidy up", "priority": "high", "tags": ["home"] }),
        json!({ "title": "late", "due_date": "2020-01-01T00:00:00Z", "allow_past": true }),
        json!({ "title": "missed", "tags": ["home"] }),
    ] {
        create_task(ada, task).await;
    }
    app.database.change("update app.tasks set missed = true where title = 'missed'").await;
    let done = create_task(ada, json!({ "title": "buy eggs", "priority": "low", "tags": ["shop"] })).await;
    complete(ada, &done).await;
    let gone = create_task(ada, json!({ "title": "gone", "tags": ["home"] })).await;
    ada.delete(&path(&gone)).await.expect(204);
}

/// Asserts that a tool finds the same tasks as the API.
async fn assert_same(ada: &Person, tool: &str, arguments: Value, query: &str) {
    let found = Assistant::of(ada).call(tool, arguments.clone()).await.success();
    let expected = api(ada, &format!("/api/tasks?{query}")).await;
    assert_eq!(titles(&found), titles(&expected), "{tool} {arguments}");
    assert_eq!(
        (&found["items"], &found["total"]),
        (&expected["items"], &expected["total"]),
        "{tool} {arguments}"
    );
}

/// Asserts that the pages of a tool make up the whole list, and that a cursor belongs to its list alone.
async fn assert_pages(ada: &Person, tool: &str, arguments: Value, other: Value) {
    let assistant = Assistant::of(ada);
    let whole = assistant.call(tool, arguments.clone()).await.success();
    assert_eq!(whole["next_cursor"], Value::Null, "{tool}");
    let (mut items, mut page) = (Vec::new(), json!({ "limit": 1 }));
    loop {
        let some = assistant.call(tool, with(arguments.clone(), page)).await.success();
        items.extend(some["items"].as_array().unwrap().clone());
        if some["next_cursor"].is_null() {
            break;
        }
        page = json!({ "limit": "1", "cursor": some["next_cursor"] });
        let elsewhere = with(with(arguments.clone(), page.clone()), other.clone());
        assert_eq!(
            assistant.call(tool, elsewhere).await.refusal("invalid").pointers(),
            ["/cursor"],
            "{tool}"
        );
    }
    assert_eq!(json!(items), whole["items"], "{tool}");
    assert!(items.len() > 1, "{tool}");
}

#[tokio::test]
async fn open_tasks_are_listed_by_due_date() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;

    let order = "sort_by=due_date";
    assert_same(&ada, "list_tasks", json!({}), &format!("status=active&{order}")).await;
    assert_same(&ada, "list_tasks", json!({ "status": "active" }), &format!("status=active&{order}")).await;
    assert_same(&ada, "list_tasks", json!({ "status": "completed" }), &format!("status=completed&{order}"))
        .await;
    assert_same(&ada, "list_tasks", json!({ "status": "any" }), order).await;
    assert_same(&ada, "list_tasks", json!({ "limit": 2 }), &format!("status=active&limit=2&{order}")).await;
    assert_pages(&ada, "list_tasks", json!({}), json!({ "status": "any" })).await;
    let list = Assistant::of(&ada).call("list_tasks", json!({ "limit": 4 })).await.success();
    assert_eq!(titles(&list), ["late", "Write report", "buy bread", "buy milk"]);
    assert_eq!(list["total"], 6);
}

#[tokio::test]
async fn a_search_covers_all_tasks_best_match_first() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;

    assert_same(&ada, "search_tasks", json!({ "search": "milk" }), "search=milk").await;
    assert_same(&ada, "search_tasks", json!({ "search": "BU" }), "search=bu").await;
    assert_same(&ada, "search_tasks", json!({ "search": "buy", "status": "any" }), "search=buy").await;
    assert_same(
        &ada,
        "search_tasks",
        json!({ "search": "buy", "status": "active" }),
        "search=buy&status=active",
    )
    .await;
    assert_same(
        &ada,
        "search_tasks",
        json!({ "search": "buy", "status": "completed" }),
        "search=buy&status=completed",
    )
    .await;
    assert_same(&ada, "search_tasks", json!({ "search": "mom" }), "search=mom").await;
    assert_pages(&ada, "search_tasks", json!({ "search": "buy" }), json!({ "search": "bread" })).await;
}

#[tokio::test]
async fn every_filter_of_the_api_is_supported_and_completed_tasks_are_excluded_by_default() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;
    for (arguments, query) in [
        (json!({}), "status=active"),
        (json!({ "status": "active" }), "status=active"),
        (json!({ "status": "completed" }), "status=completed"),
        (json!({ "status": "any" }), ""),
        (json!({ "priority": "high" }), "status=active&priority=high"),
        (json!({ "priority": ["HIGH", "low"], "status": "any" }), "priority=high,low"),
        (json!({ "priority": "high,low", "status": "any" }), "priority=high,low"),
        (json!({ "tags": ["home", "shop"] }), "status=active&tags=home,shop"),
        (json!({ "tags": "home,shop" }), "status=active&tags=home,shop"),
        (
            json!({ "tags": ["home", "shop"], "tags_mode": "any" }),
            "status=active&tags=home,shop&tags_mode=any",
        ),
        (json!({ "tags": "work" }), "status=active&tags=work"),
        (json!({ "due_after": "2031-01-02" }), "status=active&due_after=2031-01-02"),
        (json!({ "due_before": "2031-01-02T12:00:00Z" }), "status=active&due_before=2031-01-02T12:00:00Z"),
        (json!({ "completed_after": "2026-01-01" }), "completed_after=2026-01-01"),
        (json!({ "completed_before": "2026-01-01" }), "completed_before=2026-01-01"),
        (
            json!({ "completed_after": "2026-01-01", "status": "active" }),
            "completed_after=2026-01-01&status=active",
        ),
        (json!({ "overdue": true }), "overdue=true"),
        (json!({ "overdue": "true" }), "overdue=true"),
        (json!({ "overdue": false, "missed": false, "deleted": "false" }), "status=active"),
        (json!({ "missed": true }), "missed=true"),
        (json!({ "deleted": true }), "deleted=true"),
        (json!({ "search": "buy" }), "search=buy&status=active"),
        (json!({ "search": "buy", "sort_by": "created_at" }), "search=buy&status=active&sort_by=created_at"),
        (json!({ "sort_by": "title", "sort_order": "desc" }), "status=active&sort_by=title&sort_order=desc"),
        (json!({ "limit": 2 }), "status=active&limit=2"),
        (
            json!({ "limit": "2", "tags": "shop", "priority": ["low"] }),
            "status=active&limit=2&tags=shop&priority=low",
        ),
    ] {
        assert_same(&ada, "filter_tasks", arguments, query).await;
    }
    assert_pages(&ada, "filter_tasks", json!({ "tags": "home" }), json!({ "tags": "shop" })).await;
}

#[tokio::test]
async fn tasks_are_sorted_in_every_order_of_the_api() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;
    for by in ["due_date", "priority", "created_at", "completed_at", "updated_at", "title"] {
        assert_same(&ada, "sort_tasks", json!({ "sort_by": by }), &format!("status=active&sort_by={by}"))
            .await;
        for order in ["asc", "desc"] {
            let query = format!("sort_by={by}&sort_order={order}");
            assert_same(
                &ada,
                "sort_tasks",
                json!({ "sort_by": by, "sort_order": order, "status": "any" }),
                &query,
            )
            .await;
        }
    }
    assert_pages(&ada, "sort_tasks", json!({ "sort_by": "title" }), json!({ "sort_by": "priority" })).await;
}

#[tokio::test]
async fn the_text_of_an_empty_list_says_that_it_is_empty() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (tool, arguments) in [
        ("list_tasks", json!({})),
        ("search_tasks", json!({ "search": "milk" })),
        ("filter_tasks", json!({ "overdue": true })),
        ("sort_tasks", json!({ "sort_by": "title" })),
    ] {
        let outcome = Assistant::of(&ada).call(tool, arguments).await;
        let nothing = json!({ "items": [], "total": 0, "next_cursor": null });
        assert_eq!(outcome.success(), nothing, "{tool}");
        assert!(outcome.text().len() < 500, "{tool}: {}", outcome.text());
    }
}

#[tokio::test]
async fn notifications_match_the_api() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["call mom", "call dad", "call aunt"] {
        notify(&app, &ada, &create_task(&ada, json!({ "title": title })).await).await;
    }
    let all = api(&ada, "/api/notifications").await;
    let read = all["items"][1]["id"].as_str().unwrap();
    ada.post(&format!("/api/notifications/{read}/read"), json!({})).await.expect(200);

    for (arguments, query) in [
        (json!({}), ""),
        (json!({ "unread": true }), "unread=true"),
        (json!({ "unread": "true" }), "unread=true"),
        (json!({ "unread": false }), "unread=false"),
    ] {
        let listed = Assistant::of(&ada).call("list_notifications", arguments.clone()).await.success();
        assert_eq!(listed, api(&ada, &format!("/api/notifications?{query}")).await, "{arguments}");
    }
    assert_pages(&ada, "list_notifications", json!({}), json!({ "unread": true })).await;
}

#[tokio::test]
async fn a_list_of_long_tasks_is_a_page_of_a_mebibyte_at_most_and_goes_on() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_long_tasks(&app, &ada, 8).await;
    let assistant = Assistant::of(&ada);

    let (mut found, mut page) = (Vec::new(), json!({ "limit": 200 }));
    loop {
        let list = assistant.call("list_tasks", page.clone()).await;
        assert!(list.reply.response.text.len() <= MEBIBYTE, "{}", list.reply.response.text.len());
        let list = list.success();
        assert_eq!(list["total"], 8);
        found.extend(titles(&list).into_iter().map(str::to_owned));
        if list["next_cursor"].is_null() {
            break;
        }
        page = json!({ "limit": 200, "cursor": list["next_cursor"] });
    }

    found.sort();
    assert_eq!(found, (1..=8).map(|number| format!("task {number}")).collect::<Vec<_>>());
}
