//! Reference to tasks and series by words.

use serde_json::{Value, json};
use tests::App;

use super::assistant::Assistant;
use super::{Things, complete, create_many, create_task, event_types, id, path, reload, snapshot};

/// Returns the title of the task that a reference resolves to.
async fn resolve(assistant: &Assistant, words: &str) -> String {
    id(&assistant.call("get_task", json!({ "task": words })).await.success()).to_owned()
}

#[tokio::test]
async fn an_exact_title_wins_over_other_matches() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [milk, ..] = create_many(&ada, ["buy milk", "buy milk and bread", "buy milk for mom"]).await;
    create_task(&ada, json!({ "title": "groceries", "description": "buy milk" })).await;
    let assistant = Assistant::of(&ada);

    for words in ["buy milk", "  BUY Milk ", "buy  milk", "Buy\u{a0}milk"] {
        assert_eq!(resolve(&assistant, words).await, id(&milk), "{words}");
    }
}

#[tokio::test]
async fn a_title_is_exact_however_its_accents_were_typed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [cafe] = create_many(&ada, ["visit the cafe\u{301}"]).await;
    let assistant = Assistant::of(&ada);

    for words in ["visit the café", "Visit the cafe\u{301}"] {
        assert_eq!(resolve(&assistant, words).await, id(&cafe), "{words}");
    }
    let exact = json!({ "task": "visit the café", "confirm": true });
    assistant.call("delete_task", exact).await.success();
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["visit the café"]);
}

#[tokio::test]
async fn of_two_tasks_with_the_same_title_the_open_one_matches_except_to_reopen() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [done, open] = create_many(&ada, ["water plants", "Water plants"]).await;
    complete(&ada, &done).await;
    let assistant = Assistant::of(&ada);

    assert_eq!(resolve(&assistant, "water plants").await, id(&open));
    let reopened = assistant.call("reopen_task", json!({ "task": "water plants" })).await.success();
    assert_eq!(id(&reopened), id(&done));

    let refused = assistant.call("get_task", json!({ "task": "water plants" })).await.refusal("ambiguous");
    assert_eq!(refused.candidates().len(), 2, "both are open now");
}

#[tokio::test]
async fn a_title_with_all_words_matches() {
    let app = App::start().await;
    let ada = app.guest().await;
    let oat = create_task(&ada, json!({ "title": "Buy oat milk", "description": "from the farmer" })).await;
    let [bread, passport, quoted, emoji] = create_many(
        &ada,
        ["buy bread", "renew well-known passport", "it's (100%) \"so\" \\ & | ! :*", "call mom 👋"],
    )
    .await;
    let assistant = Assistant::of(&ada);

    for (words, task) in [
        ("milk", &oat),
        ("MILK buy", &oat),
        ("the bread", &bread),
        ("passport", &passport),
        ("well-known", &passport),
        ("it's (100%)", &quoted),
        ("mom", &emoji),
        ("call mom 👋", &emoji),
    ] {
        assert_eq!(resolve(&assistant, words).await, id(task), "{words}");
    }
    for (words, task) in
        [("mil", &oat), ("farmer", &oat), ("brea", &bread), ("breads", &bread), ("milk buying", &oat)]
    {
        let refused = assistant.call("complete_task", json!({ "task": words })).await.refusal("no_match");
        assert_eq!(refused.candidates()[0]["id"], id(task), "{words}: suggestions, and no change");
    }
}

#[tokio::test]
async fn words_with_the_same_stem_but_another_meaning_do_not_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    create_many(
        &ada,
        ["Import photos", "University application", "Organ donation form", "Paste wallpaper", "Fix it"],
    )
    .await;
    let series = json!({ "title": "Import bank data", "frequency": "daily" });
    ada.post("/api/recurring-tasks", series).await.expect(201);
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);

    for (tool, argument, words) in [
        ("complete_task", "task", "important"),
        ("update_task", "task", "universe"),
        ("complete_task", "task", "organization"),
        ("complete_task", "task", "past"),
        ("complete_task", "task", "it"),
        ("stop_recurring_task", "recurring_task", "important"),
    ] {
        assistant.call(tool, json!({ argument: words })).await.refusal("no_match");
    }
    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_completed_task_matches_only_without_an_open_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [report, draft] = create_many(&ada, ["submit the report", "draft the report"]).await;
    complete(&ada, &report).await;
    let assistant = Assistant::of(&ada);

    assert_eq!(resolve(&assistant, "report").await, id(&draft));
    assert_eq!(resolve(&assistant, "submit").await, id(&report));
    let reopened = assistant.call("reopen_task", json!({ "task": "report" })).await.success();
    assert_eq!(id(&reopened), id(&report), "only completed tasks can be reopened");
}

#[tokio::test]
async fn repeating_a_call_affects_no_other_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [milk, both] = create_many(&ada, ["buy milk", "buy milk and bread"]).await;
    let assistant = Assistant::of(&ada);
    let complete = async |key: Value| {
        assistant.call("complete_task", json!({ "task": "buy milk", "idempotency_key": key })).await
    };

    let first = complete(json!("once")).await.success();
    assert_eq!(complete(json!("once")).await.success(), first, "the key makes it the same call");
    let unclear = complete(Value::Null).await.refusal("ambiguous");

    assert_eq!(id(&first), id(&milk));
    assert_eq!(
        unclear.titles(),
        ["buy milk", "buy milk and bread"],
        "one has the exact title, but the other is open"
    );
    assert_eq!(reload(&ada, &both).await, both, "a retry completes no other task");
    assert_eq!(event_types(&app).await, ["task.created", "task.created", "task.completed"]);
}

#[tokio::test]
async fn several_matches_are_offered_as_up_to_five_candidates_and_none_is_changed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let done = create_task(&ada, json!({ "title": "report 0" })).await;
    create_many(&ada, ["report 1", "report 2", "report 3", "report 4", "report 5", "report 6"]).await;
    let due = create_task(&ada, json!({ "title": "report 7", "due_date": "2031-04-02T17:00:00Z" })).await;
    complete(&ada, &done).await;
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);

    for (tool, arguments) in [
        ("get_task", json!({ "task": "report" })),
        ("complete_task", json!({ "task": "report" })),
        ("delete_task", json!({ "task": "report", "confirm": true })),
        ("update_task", json!({ "task": "report", "title": "not this" })),
        ("set_reminder", json!({ "task": "report", "at": "2031-01-01T00:00:00Z" })),
        ("get_task_history", json!({ "task": "report" })),
    ] {
        let candidates = assistant.call(tool, arguments).await.refusal("ambiguous").candidates();
        assert_eq!(candidates.len(), 5, "{tool}");
        assert!(candidates.iter().all(|one| one["status"] == "active"), "{tool}: {candidates:?}");
    }

    assert_eq!(snapshot(&app).await, before);
    assert_eq!(assistant.call("get_task", json!({ "task": "report 7 " })).await.success(), due);
}

#[tokio::test]
async fn a_candidate_has_its_due_date() {
    let app = App::start().await;
    let ada = app.guest().await;
    let due = create_task(&ada, json!({ "title": "report one", "due_date": "2031-04-02T17:00:00Z" })).await;
    let never = create_task(&ada, json!({ "title": "report two" })).await;

    let refused =
        Assistant::of(&ada).call("complete_task", json!({ "task": "report" })).await.refusal("ambiguous");

    let expected = |task: &Value| {
        let (id, title, due_date, all_day) =
            (&task["id"], &task["title"], &task["due_date"], &task["all_day"]);
        json!({ "id": id, "title": title, "status": "active", "due_date": due_date, "all_day": all_day })
    };
    let mut candidates = refused.candidates();
    candidates.sort_by_key(|one| one["title"].to_string());
    assert_eq!(candidates, [expected(&due), expected(&never)]);
    for part in ["\"report one\"", "2031-04-02", "\"report two\""] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_typo_is_answered_with_suggestions_and_nothing_is_changed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [report, plants, flight, _] = create_many(
        &ada,
        ["Submit quarterly report", "water the plants", "book flight to lisbon", "zebra crossing"],
    )
    .await;
    let assistant = Assistant::of(&ada);

    for (words, task) in [
        ("submit quaterly report", &report),
        ("SUBMIT QARTERLY REPORT", &report),
        ("water the plnats", &plants),
        ("book flihgt to lisbon", &flight),
    ] {
        let refused = assistant.call("complete_task", json!({ "task": words })).await.refusal("no_match");
        assert_eq!(refused.candidates()[0]["id"], id(task), "{words}");
    }
}

#[tokio::test]
async fn a_similar_title_never_matches() {
    let app = App::start().await;
    let ada = app.guest().await;
    create_many(
        &ada,
        ["submit quarterly report 2030", "submit quarterly report 2031", "call dentist", "zebra crossing"],
    )
    .await;
    let before = snapshot(&app).await;
    let assistant = Assistant::of(&ada);
    let misses = async |words: &str| {
        let mut titles =
            assistant.call("complete_task", json!({ "task": words })).await.refusal("no_match").titles();
        titles.sort();
        titles
    };

    let both = misses("submit quaterly report 2030").await;
    assert_eq!(both, ["submit quarterly report 2030", "submit quarterly report 2031"]);
    assert_eq!(misses("call dentsit").await, ["call dentist"]);
    assert_eq!(misses("qqqq").await, [] as [&str; 0]);
    for wild in ["%", "_", ".*", "*", "' or true --"] {
        assert_eq!(misses(wild).await, [] as [&str; 0], "{wild}");
    }

    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_task_in_the_trash_does_not_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [gone] = create_many(&ada, ["buy milk"]).await;
    ada.delete(&path(&gone)).await.expect(204);
    let assistant = Assistant::of(&ada);

    for tool in ["get_task", "complete_task", "reopen_task", "delete_task", "get_task_history"] {
        for words in ["buy milk", "milk", "buy mlik"] {
            let refused = assistant.call(tool, json!({ "task": words })).await.refusal("no_match");
            assert!(refused.candidates().is_empty(), "{tool} {words}");
        }
    }
}

#[tokio::test]
async fn an_id_is_accepted_in_any_letter_case_and_similar_texts_are_words() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [task, number] = create_many(&ada, ["buy milk", "0190163d"]).await;
    let assistant = Assistant::of(&ada);

    assert_eq!(resolve(&assistant, &format!(" {} ", id(&task))).await, id(&task));
    assert_eq!(resolve(&assistant, &id(&task).to_uppercase()).await, id(&task));
    assert_eq!(resolve(&assistant, "0190163d").await, id(&number));
}

#[tokio::test]
async fn series_are_referenced_by_words_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let things = Things::of(&ada).await;
    for title in ["pay the rent", "pay the rent of the garage"] {
        ada.post("/api/recurring-tasks", json!({ "title": title, "frequency": "monthly" })).await.expect(201);
    }
    let assistant = Assistant::of(&ada);
    let call = async |words: &str, confirm: bool| {
        let arguments = json!({ "recurring_task": words, "confirm": confirm });
        assistant.call("stop_recurring_task", arguments).await
    };
    let preview = async |words: &str| call(words, false).await;
    let stop = async |words: &str| call(words, true).await;

    let refused = stop("pay").await.refusal("ambiguous");
    let mut titles = refused.titles();
    titles.sort();
    assert_eq!(titles, ["pay the rent", "pay the rent of the garage"]);
    assert_eq!(stop("call mom").await.refusal("no_match").titles(), [] as [&str; 0], "that is a task");
    assert_eq!(ada.titles("/api/recurring-tasks?status=ended").await, [] as [&str; 0]);

    for words in ["WATER", "water plants", "plants water"] {
        let found = preview(words).await.success();
        assert_eq!(id(&found["recurring_task"]), id(&things.series), "{words}");
    }
    assert_eq!(stop("watre plants").await.refusal("no_match").titles(), ["water plants"]);
    assert_eq!(stop("Pay the Rent").await.success()["recurring_task"]["title"], "pay the rent");
    assert_eq!(
        preview("pay").await.success()["recurring_task"]["title"],
        "pay the rent of the garage",
        "the other series has ended"
    );
    assert_eq!(ada.titles("/api/recurring-tasks?status=ended").await, ["pay the rent"]);
}
