//! Confirmation before tools remove data.

use serde_json::{Value, json};
use tests::App;

use super::assistant::Assistant;
use super::{Things, complete, create_many, create_task, event_types, id, path, reload, snapshot, with};

#[tokio::test]
async fn nothing_is_deleted_before_a_confirmation() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [task] = create_many(&ada, ["buy milk"]).await;
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);
    for named in [id(&task), "buy milk", "milk"] {
        for confirm in [json!({}), json!({ "confirm": false })] {
            let outcome = assistant.call("delete_task", with(json!({ "task": named }), confirm)).await;

            let preview = outcome.success();
            assert_eq!(preview, json!({ "deleted": false, "needs_confirmation": true, "task": task }));
            assert!(
                outcome.text().contains("confirm") && outcome.text().contains("\"buy milk\""),
                "{}",
                outcome.text()
            );
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_deleted_task_is_in_the_trash_and_deleting_it_again_succeeds() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [task, other] = create_many(&ada, ["buy milk", "buy milk and bread"]).await;
    let assistant = Assistant::of(&ada);
    let delete =
        async |named: &str| assistant.call("delete_task", json!({ "task": named, "confirm": true })).await;

    let deleted = delete(id(&task)).await.success();

    assert_eq!((&deleted["deleted"], &deleted["needs_confirmation"]), (&json!(true), &json!(false)));
    let gone = &deleted["task"];
    assert_eq!((id(gone), &gone["title"]), (id(&task), &json!("buy milk")));
    assert!(gone["deleted_at"].is_string(), "{gone}");
    ada.get(&path(&task)).await.problem(404);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["buy milk"]);

    let again = delete(id(&task)).await.success();
    assert_eq!((&again["deleted"], &again["needs_confirmation"]), (&json!(true), &json!(false)));
    let preview = assistant.call("delete_task", json!({ "task": id(&task) })).await.success();
    assert_eq!(preview["deleted"], true, "nothing is left to confirm");
    assert_eq!(event_types(&app).await, ["task.created", "task.created", "task.deleted"]);
    assert_eq!(reload(&ada, &other).await, other);
    ada.delete(&format!("{}?permanent=true", path(&task))).await.expect(204);
    delete(id(&task)).await.refusal("not_found");
}

#[tokio::test]
async fn a_task_is_deleted_by_words_only_if_they_match_one_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    create_many(&ada, ["report one", "report two", "buy milk"]).await;
    let assistant = Assistant::of(&ada);
    let delete =
        async |named: &str| assistant.call("delete_task", json!({ "task": named, "confirm": true })).await;

    delete("report").await.refusal("ambiguous");
    let preview = delete("milk").await.success();
    assert_eq!(
        (&preview["deleted"], &preview["task"]["title"]),
        (&json!(false), &json!("buy milk")),
        "some words are no name"
    );
    assert_eq!(delete("Buy Milk").await.success()["deleted"], true);
    delete("buy milk").await.refusal("no_match");

    assert_eq!(ada.titles("/api/tasks").await, ["report two", "report one"]);
}

#[tokio::test]
async fn open_tasks_are_deleted_with_their_series_only_after_a_confirmation() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);
    let stop = async |confirm: Value| {
        let arguments = with(json!({ "recurring_task": id(&things.series), "delete_open": true }), confirm);
        assistant.call("stop_recurring_task", arguments).await
    };

    for confirm in [json!({}), json!({ "confirm": false })] {
        let outcome = stop(confirm).await;
        let preview = outcome.success();
        assert_eq!((&preview["stopped"], &preview["needs_confirmation"]), (&json!(false), &json!(true)));
        assert_eq!(
            (&preview["open_tasks"], &preview["recurring_task"]["status"]),
            (&json!(1), &json!("active"))
        );
        assert!(
            outcome.text().contains("confirm") && outcome.text().contains("\"water plants\""),
            "{}",
            outcome.text()
        );
    }
    assert_eq!(snapshot(&app).await, before);

    for _ in 0..2 {
        let stopped = stop(json!({ "confirm": true })).await.success();
        assert_eq!((&stopped["stopped"], &stopped["needs_confirmation"]), (&json!(true), &json!(false)));
        assert_eq!(stopped["recurring_task"]["status"], "ended");
    }
    assert_eq!(ada.titles("/api/tasks").await, ["call mom"]);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["water plants"]);
    let changes = event_types(&app).await;
    let count = |wanted: &str| changes.iter().filter(|kind| *kind == wanted).count();
    assert_eq!((count("recurring.stopped"), count("task.deleted")), (1, 1), "{changes:?}");
}

#[tokio::test]
async fn a_series_is_stopped_only_by_its_id_or_exact_title_and_after_a_confirmation() {
    let app = App::start().await;
    let ada = app.guest().await;
    let standup = json!({ "title": "Team standup with design", "frequency": "daily",
                          "start_date": "2031-01-01" });
    let series = ada.post("/api/recurring-tasks", standup).await.expect(201).json();
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);
    for arguments in [
        json!({ "recurring_task": "design" }),
        json!({ "recurring_task": "design", "confirm": true }),
        json!({ "recurring_task": "Team standup with design" }),
        json!({ "recurring_task": id(&series) }),
        json!({ "recurring_task": id(&series), "confirm": false, "delete_open": false }),
    ] {
        let outcome = assistant.call("stop_recurring_task", arguments.clone()).await;

        let preview = outcome.success();
        assert_eq!(
            (&preview["stopped"], &preview["needs_confirmation"]),
            (&json!(false), &json!(true)),
            "{arguments}"
        );
        assert_eq!(preview["recurring_task"]["status"], "active", "{arguments}");
        for part in ["Nothing was done yet", "keep 1 open task", "`confirm: true`", id(&series)] {
            assert!(outcome.text().contains(part), "{part}: {}", outcome.text());
        }
    }
    assert_eq!(snapshot(&app).await, before);

    let exact = json!({ "recurring_task": "team standup with design", "confirm": true });
    let stopped = assistant.call("stop_recurring_task", exact).await.success();
    assert_eq!((&stopped["stopped"], &stopped["open_tasks"]), (&json!(true), &json!(1)));
    let again = json!({ "recurring_task": id(&series) });
    let again = assistant.call("stop_recurring_task", again).await.success();
    assert_eq!(
        (&again["stopped"], &again["needs_confirmation"]),
        (&json!(true), &json!(false)),
        "nothing is left to confirm"
    );
}

#[tokio::test]
async fn a_reminder_is_cancelled_only_after_a_confirmation() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);
    for confirm in [json!({}), json!({ "confirm": false })] {
        let arguments = with(json!({ "reminder": id(&things.reminder) }), confirm);
        let outcome = assistant.call("cancel_reminder", arguments).await;

        let expected = json!({ "cancelled": false, "needs_confirmation": true, "reminder": things.reminder });
        assert_eq!(outcome.success(), expected);
        for part in ["Nothing was done yet", "\"call mom\"", "`confirm: true`"] {
            assert!(outcome.text().contains(part), "{part}: {}", outcome.text());
        }
    }
    assert_eq!(snapshot(&app).await, before);

    let confirmed = json!({ "reminder": id(&things.reminder), "confirm": true, "idempotency_key": "once" });
    let cancelled = assistant.call("cancel_reminder", confirmed.clone()).await.success();
    assert_eq!((&cancelled["cancelled"], &cancelled["needs_confirmation"]), (&json!(true), &json!(false)));
    assert_eq!(assistant.call("cancel_reminder", confirmed).await.success(), cancelled, "a replay");
    let gone = json!({ "reminder": id(&things.reminder) });
    assistant.call("cancel_reminder", gone).await.refusal("not_found");
}

#[tokio::test]
async fn a_title_shared_by_another_task_or_series_confirms_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [done, gone, _] = create_many(&ada, ["pay rent", "buy milk", "buy bread"]).await;
    complete(&ada, &done).await;
    ada.delete(&path(&gone)).await.expect(204);
    create_many(&ada, ["Pay rent", "Buy milk"]).await;
    let series = json!({ "title": "stand-up", "frequency": "daily", "start_date": "2031-01-01" });
    for number in 0..2 {
        let made = ada.post("/api/recurring-tasks", series.clone()).await.expect(201).json();
        if number == 0 {
            ada.delete(&format!("/api/recurring-tasks/{}", id(&made))).await.expect(204);
        }
    }
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);

    for named in ["pay rent", "buy milk"] {
        let preview =
            assistant.call("delete_task", json!({ "task": named, "confirm": true })).await.success();
        assert_eq!(
            (&preview["deleted"], &preview["needs_confirmation"]),
            (&json!(false), &json!(true)),
            "{named}"
        );
    }
    let stop = json!({ "recurring_task": "stand-up", "delete_open": true, "confirm": true });
    assert_eq!(assistant.call("stop_recurring_task", stop).await.success()["needs_confirmation"], true);
    assert_eq!(snapshot(&app).await, before);
    let bread =
        assistant.call("delete_task", json!({ "task": "buy bread", "confirm": true })).await.success();
    assert_eq!(bread["deleted"], true, "no other task has that title");
}

#[tokio::test]
async fn a_replay_of_a_stop_affects_the_series_of_the_first_call() {
    let app = App::start().await;
    let ada = app.guest().await;
    Things::of(&ada).await;
    let assistant = Assistant::of(&ada);
    let stop = json!({ "recurring_task": "water plants", "delete_open": true, "confirm": true,
                       "idempotency_key": "once" });
    let first = assistant.call("stop_recurring_task", stop.clone()).await;
    assert_eq!((&first.success()["stopped"], &first.success()["open_tasks"]), (&json!(true), &json!(1)));
    let series = json!({ "title": "water plants", "frequency": "daily", "start_date": "2031-01-01" });
    ada.post("/api/recurring-tasks", series).await.expect(201);
    let before = snapshot(&app).await;

    let again = assistant.call("stop_recurring_task", stop).await;

    assert_eq!((again.success(), again.text()), (first.success(), first.text()));
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_confirmation_deletes_the_task_that_was_shown_even_if_the_words_match_another_by_then() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [first] = create_many(&ada, ["buy milk"]).await;
    let assistant = Assistant::of(&ada);
    let preview = assistant.call("delete_task", json!({ "task": "milk" })).await;
    create_task(&ada, json!({ "title": "milk" })).await;

    // The text has the id for the confirmation.
    assert!(preview.text().contains(id(&first)), "{}", preview.text());
    let confirmed = json!({ "task": id(&preview.success()["task"]), "confirm": true });
    assert_eq!(id(&assistant.call("delete_task", confirmed).await.success()["task"]), id(&first));

    assert_eq!(ada.titles("/api/tasks").await, ["milk"]);
}
