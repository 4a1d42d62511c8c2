use serde_json::{Value, json};
use tests::App;

use super::{LATER, create_reminder, create_task, in_ms, reminders, text};

/// Asserts that a reminder has these members, and no others than a reminder has.
#[track_caller]
fn assert_members(reminder: &Value, expected: &Value) {
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&reminder[member], value, "{member}: {reminder}");
    }
    let known = ["id", "task_id", "at", "before", "remind_at", "status", "attempts", "sent_at", "created_at"];
    let members = reminder.as_object().unwrap().keys();
    assert!(members.clone().all(|member| known.contains(&member.as_str())), "{members:?}");
    assert!(!text(reminder, "id").is_empty() && !text(reminder, "created_at").is_empty(), "{reminder}");
}

#[tokio::test]
async fn a_reminder_is_at_a_time_or_before_the_due_date() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "call mom", "due_date": LATER })).await;
    let path = task.header("location");

    let at = create_reminder(&ada, path, json!({ "at": "2031-04-02T17:30:00+02:00" })).await;
    let before = create_reminder(&ada, path, json!({ "before": "15m" })).await;

    let mut expected = json!({
        "task_id": task.id(), "at": "2031-04-02T15:30:00+00:00", "before": null,
        "remind_at": "2031-04-02T15:30:00+00:00",
        "status": "pending", "attempts": 0, "sent_at": null,
    });
    assert_members(&at, &expected);
    for (member, value) in
        [("at", None), ("before", Some("15m")), ("remind_at", Some("2031-04-02T16:45:00+00:00"))]
    {
        expected[member] = json!(value);
    }
    assert_members(&before, &expected);
    assert_eq!(reminders(&ada, path).await, [at, before]);
    assert_eq!(ada.get(path).await.expect(200).json(), task.json(), "the task itself has not changed");
}

#[tokio::test]
async fn a_reminder_is_added_only_to_the_version_of_the_task_that_if_match_names() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(&ada, json!({ "title": "call mom", "due_date": LATER })).await;
    let add = async |version: &str, reminder: &Value| {
        let call = ada.call("POST", &format!("{task}/reminders")).header("if-match", version);
        call.json(reminder).send().await
    };
    let named = json!({ "id": "019a0000-0000-7000-8000-000000000001", "before": "15m" });

    let problem = add("\"77\"", &named).await.problem(412);
    assert_eq!(problem["task"], ada.get(&task).await.json());
    assert_eq!(reminders(&ada, &task).await, [] as [Value; 0]);
    let conflicts = app.database.rows("select type from app.outbox where type = 'task.conflict'").await;
    assert_eq!(conflicts.len(), 1);
    let added = add("\"1\"", &named).await.expect(201);

    ada.patch(&task, json!({ "title": "call dad" })).await.expect(200);
    add("\"1\"", &json!({ "before": "1h" })).await.problem(412);
    assert_eq!(
        add("\"1\"", &named).await.expect(201).json()["id"],
        added.json()["id"],
        "a repeat changes nothing"
    );
    assert_eq!(reminders(&ada, &task).await.len(), 1);
    add("\"2\"", &json!({ "before": "1h" })).await.expect(201);
}

#[tokio::test]
async fn days_before_are_days_of_the_users_calendar_and_hours_are_hours() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    // Clocks there go forward on that very morning.
    let task = create_task(&ada, json!({ "title": "brunch", "due_date": "2031-03-09T12:00:00-04:00" })).await;

    for (before, remind_at) in [
        ("0m", "2031-03-09T16:00:00+00:00"),
        ("90m", "2031-03-09T14:30:00+00:00"),
        ("24h", "2031-03-08T16:00:00+00:00"),
        ("1d", "2031-03-08T17:00:00+00:00"),
        ("1w", "2031-03-02T17:00:00+00:00"),
        ("366d", "2030-03-08T17:00:00+00:00"),
    ] {
        let reminder = create_reminder(&ada, &task, json!({ "before": before })).await;
        assert_eq!((&reminder["before"], &reminder["remind_at"]), (&json!(before), &json!(remind_at)));
    }
}

#[tokio::test]
async fn a_reminder_of_an_all_day_task_is_relative_to_the_end_of_the_day() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    let task = create_task(&ada, json!({ "title": "taxes", "due_date": "2031-04-15" })).await;

    let reminder = create_reminder(&ada, &task, json!({ "before": "1h" })).await;

    assert_eq!(reminder["remind_at"], "2031-04-16T02:59:00+00:00");
}

#[tokio::test]
async fn a_task_is_created_with_reminders_that_are_listed_by_time() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given =
        json!([{ "before": "1h" }, { "at": "2031-04-01T09:00:00Z" }, { "before": "2d" }, { "before": "0m" }]);
    let task = json!({ "title": "report", "due_date": LATER, "reminders": given });

    let made = ada.create(task).await;

    let all = reminders(&ada, made.header("location")).await;
    let received: Vec<_> = all.iter().map(|one| (one["at"].is_string(), text(one, "remind_at"))).collect();
    let expected = [
        (false, "2031-03-31T17:00:00+00:00"),
        (true, "2031-04-01T09:00:00+00:00"),
        (false, "2031-04-02T16:00:00+00:00"),
        (false, LATER),
    ];
    assert_eq!(received, expected);
    assert!(all.iter().all(|one| one["task_id"] == made.id() && one["status"] == "pending"), "{all:?}");
    let without = ada.create(json!({ "title": "another", "reminders": [] })).await;
    assert_eq!(reminders(&ada, without.header("location")).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_task_has_at_most_a_hundred_reminders() {
    let app = App::start().await;
    let ada = app.guest().await;
    let of = |count: i32| (0..count).map(|n| json!({ "before": format!("{n}m") })).collect::<Vec<_>>();
    let task = |count| json!({ "title": "nag me", "due_date": LATER, "reminders": of(count) });

    assert_eq!(ada.post("/api/tasks", task(101)).await.wrong_members(), ["/reminders"]);
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 0);
    let made = create_task(&ada, task(100)).await;
    let more = format!("{made}/reminders");
    assert_eq!(ada.post(&more, json!({ "at": LATER })).await.wrong_members(), ["/at"]);
    assert_eq!(ada.post(&more, json!({ "before": "100m" })).await.wrong_members(), ["/before"]);

    assert_eq!(reminders(&ada, &made).await.len(), 100);
}

#[tokio::test]
async fn a_reminder_requested_twice_with_one_key_is_created_once() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("call mom").await;
    let path = format!("{task}/reminders");
    let post = async || {
        ada.call("POST", &path)
            .header("idempotency-key", "k-1")
            .json(&json!({ "at": LATER }))
            .send()
            .await
            .expect(201)
    };

    assert_eq!(post().await.text, post().await.text);

    assert_eq!(reminders(&ada, &task).await.len(), 1);
}

#[tokio::test]
async fn other_changes_of_a_task_leave_its_reminders_alone() {
    let app = App::start().await;
    let ada = app.guest().await;
    let given = json!([{ "before": "1h" }, { "at": in_ms(3_600_000) }]);
    let task = create_task(&ada, json!({ "title": "report", "due_date": LATER, "reminders": given })).await;
    let before = reminders(&ada, &task).await;

    ada.patch(&task, json!({ "title": "the report", "description": null, "priority": "high" }))
        .await
        .expect(200);
    ada.patch(&task, json!({ "due_date": "2031-04-02T19:00:00+02:00" })).await.expect(200);
    ada.post(&format!("{task}/tags"), json!({ "tags": ["work"] })).await.expect(200);
    ada.patch(&format!("{task}/priority"), json!({ "priority": "low" })).await.expect(200);

    assert_eq!(reminders(&ada, &task).await, before);
    let events = app.database.rows("select type from app.outbox where type like 'reminder.%'").await;
    assert_eq!(events, vec![json!({ "type": "reminder.created" }); 2]);
}
