//! Invalid reminders and invalid snoozes.

use serde_json::{Value, json};
use tests::App;

use super::{LATER, create_reminder, create_task, path_of, reload, reminders};

/// Invalid inputs and the member that is reported; `None` if it is unclear which of two is wrong.
fn invalid_reminders() -> Vec<(Value, Option<&'static str>)> {
    let mut all = vec![
        (json!({ "at": "2020-01-01T00:00:00Z" }), Some("/at")),
        (json!({ "at": "tomorrow" }), Some("/at")),
        (json!({ "at": "2031-04-02 17:00" }), Some("/at")),
        (json!({ "at": 1 }), Some("/at")),
        (json!({ "before": 15 }), Some("/before")),
        (json!({ "before": ["1h"] }), Some("/before")),
        (json!({ "at": LATER, "colour": "red" }), Some("/colour")),
        (json!({ "at": LATER, "before": "1h" }), None),
        (json!({ "at": null, "before": null }), None),
        (json!({}), None),
    ];
    for before in [
        "soon",
        "",
        "-1h",
        "+1h",
        "1y",
        "1",
        "h",
        "1.5h",
        "1 h",
        "1h30m",
        "PT1H",
        "1000d",
        "100w",
        "10000h",
        "100000m",
        "4294967297m",
        "99999999999999999999m",
        "١h",
    ] {
        all.push((json!({ "before": before }), Some("/before")));
    }
    all
}

#[track_caller]
fn assert_wrong(found: &[String], place: &str, wrong: Option<&str>, given: &Value) {
    let allowed = wrong.map_or(vec!["", "/at", "/before", "/until", "/for"], |wrong| vec![wrong]);
    let is_told = !found.is_empty()
        && found.iter().all(|one| allowed.iter().any(|end| *one == format!("{place}{end}")));
    assert!(is_told, "{given}: {found:?}");
}

#[tokio::test]
async fn an_invalid_reminder_is_rejected_and_its_member_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "report", "due_date": LATER })).await;

    for (given, wrong) in invalid_reminders() {
        let alone = ada.post(&format!("{task}/reminders"), given.clone()).await;
        assert_wrong(&alone.wrong_members(), "", wrong, &given);
        let with_others =
            json!({ "title": "x", "due_date": LATER, "reminders": [{ "before": "1h" }, given] });
        let response = ada.post("/api/tasks", with_others).await;
        assert_wrong(&response.wrong_members(), "/reminders/1", wrong, &given);
    }
    for given in [json!("1h"), json!({ "before": "1h" }), json!(true)] {
        let response =
            ada.post("/api/tasks", json!({ "title": "x", "due_date": LATER, "reminders": given })).await;
        assert_eq!(response.wrong_members(), ["/reminders"], "{given}");
    }

    assert_eq!(reminders(&ada, &task).await, [] as [Value; 0]);
    assert_eq!(ada.titles("/api/tasks").await, ["report"], "nothing was created partially");
}

#[tokio::test]
async fn the_error_of_a_missing_or_needless_time_continues_the_name_of_its_member() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;

    for (given, detail) in [
        (json!({}), "is required unless `before` is given"),
        (json!({ "at": LATER, "before": "1h" }), "cannot be combined with `before`"),
    ] {
        let problem = ada.post(&format!("{task}/reminders"), given).await.problem(422);
        assert_eq!(problem["errors"], json!([{ "pointer": "/at", "detail": detail }]));
    }
}

#[tokio::test]
async fn a_relative_reminder_needs_a_due_date() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("whenever").await;

    let alone = ada.post(&format!("{task}/reminders"), json!({ "before": "1h" })).await;
    assert_eq!(alone.wrong_members(), ["/before"]);
    let made = json!({ "title": "x", "reminders": [{ "at": LATER }, { "before": "1h" }] });
    assert_eq!(ada.post("/api/tasks", made).await.wrong_members(), ["/reminders/1/before"]);

    assert_eq!(ada.titles("/api/tasks").await, ["whenever"]);
    assert_eq!(reminders(&ada, &task).await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_invalid_snooze_is_rejected_and_the_reminder_stays() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("call mom").await;
    let reminder = create_reminder(&ada, &task, json!({ "at": LATER })).await;
    let path = format!("{}/snooze", path_of(&reminder));

    for (given, wrong) in [
        (json!({ "until": "2020-01-01T00:00:00Z" }), Some("/until")),
        (json!({ "until": "yesterday" }), Some("/until")),
        (json!({ "until": "" }), Some("/until")),
        (json!({ "until": 5 }), Some("/until")),
        (json!({ "for": "0m" }), Some("/for")),
        (json!({ "for": "0w" }), Some("/for")),
        (json!({ "for": "-1h" }), Some("/for")),
        (json!({ "for": "soon" }), Some("/for")),
        (json!({ "for": "" }), Some("/for")),
        (json!({ "for": 10 }), Some("/for")),
        (json!({ "for": "99999999999999999999m" }), Some("/for")),
        (json!({ "for": "10m", "colour": "red" }), Some("/colour")),
        (json!({ "for": "10m", "until": LATER }), None),
        (json!({ "for": null }), None),
        (json!({}), None),
    ] {
        assert_wrong(&ada.post(&path, given.clone()).await.wrong_members(), "", wrong, &given);
    }

    assert_eq!(reload(&ada, &reminder).await, reminder);
    let events = app.database.rows("select type from app.outbox where type like 'reminder.%'").await;
    assert_eq!(events, [json!({ "type": "reminder.created" })]);
}
