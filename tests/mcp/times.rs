//! Times are shown in the user's time zone.

use domain::{Field, TimeOrDay};
use serde_json::{Value, json};
use tests::{App, Person};

use super::assistant::Assistant;
use super::{Things, create_task, id, notify, path};
use crate::events::wait_for_trail;

/// Returns an instant in UTC, or `None` if the value is none.
fn moment(value: &Value) -> Option<Value> {
    matches!(TimeOrDay::parse(value), Ok(TimeOrDay::At(_))).then(|| json!(TimeOrDay::parse(value).ok()))
}

/// Returns a value with all times in UTC.
fn in_utc(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(in_utc).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), in_utc(value))).collect(),
        other => moment(other).unwrap_or_else(|| other.clone()),
    }
}

/// Returns all times in a value, as written.
fn times(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().flat_map(times).collect(),
        Value::Object(members) => members.values().flat_map(times).collect(),
        other => moment(other).and(other.as_str()).into_iter().collect(),
    }
}

/// Asserts that all times in a value have the offset of a time zone.
async fn assert_local(app: &App, timezone: &str, context: &str, value: &Value) {
    let times = times(value);
    assert!(!times.is_empty(), "{context}: {value}");
    let query = format!(
        "select time, to_char(time::timestamptz at time zone '{timezone}', 'YYYY-MM-DD\"T\"HH24:MI:SS') as local
           from unnest(array['{}']) as time",
        times.join("', '")
    );
    for row in app.database.rows(&query).await {
        let (time, local) = (row["time"].as_str().unwrap(), row["local"].as_str().unwrap());
        assert!(
            time.starts_with(local) && !time.ends_with('Z'),
            "{context}: {time} is {local} in {timezone}"
        );
    }
}

async fn due(ada: &Person, due_date: &str) -> Value {
    let task = json!({ "title": "x", "due_date": due_date, "allow_past": true });
    Assistant::of(ada).call("add_task", task).await.success()
}

#[tokio::test]
async fn a_time_has_the_users_offset_in_summer_and_in_winter() {
    let app = App::start().await;
    for (timezone, input, shown) in [
        ("UTC", "2031-07-01T10:00:00Z", "2031-07-01T10:00:00+00:00"),
        ("Europe/Berlin", "2031-07-01T10:00:00Z", "2031-07-01T12:00:00+02:00"),
        ("Europe/Berlin", "2031-01-01T10:00:00Z", "2031-01-01T11:00:00+01:00"),
        ("Europe/Berlin", "2031-07-01T12:00:00+09:00", "2031-07-01T05:00:00+02:00"),
        ("Europe/Berlin", "2031-07-01T10:00:00.123456Z", "2031-07-01T12:00:00.123456+02:00"),
        ("Asia/Kolkata", "2031-07-01T10:00:00Z", "2031-07-01T15:30:00+05:30"),
        ("Asia/Kolkata", "2031-01-01T20:00:00Z", "2031-01-02T01:30:00+05:30"),
        ("Asia/Kathmandu", "2031-01-01T00:00:00Z", "2031-01-01T05:45:00+05:45"),
        ("America/New_York", "2031-07-01T10:00:00Z", "2031-07-01T06:00:00-04:00"),
        ("America/New_York", "2031-01-01T03:00:00Z", "2030-12-31T22:00:00-05:00"),
        // The hour that occurs twice.
        ("America/New_York", "2031-11-02T05:30:00Z", "2031-11-02T01:30:00-04:00"),
        ("America/New_York", "2031-11-02T06:30:00Z", "2031-11-02T01:30:00-05:00"),
    ] {
        let ada = app.guest_in(timezone).await;

        let task = due(&ada, input).await;

        assert_eq!(
            (&task["due_date"], &task["all_day"]),
            (&json!(shown), &json!(false)),
            "{timezone}: {input}"
        );
        assert_eq!(
            in_utc(&task),
            in_utc(&ada.get(&path(&task)).await.expect(200).json()),
            "{timezone}: {input}"
        );
    }
}

#[tokio::test]
async fn a_day_ends_in_the_users_time_zone() {
    let app = App::start().await;
    for (timezone, day, shown) in [
        ("Europe/Berlin", "2031-07-01", "2031-07-01T23:59:00+02:00"),
        ("Europe/Berlin", "2031-01-01", "2031-01-01T23:59:00+01:00"),
        ("Asia/Kolkata", "2031-07-01", "2031-07-01T23:59:00+05:30"),
        ("America/New_York", "2031-07-01", "2031-07-01T23:59:00-04:00"),
        ("America/New_York", "2031-01-01", "2031-01-01T23:59:00-05:00"),
        // From eleven the clocks go forward to midnight.
        ("America/Nuuk", "2031-03-29", "2031-03-29T22:59:00-02:00"),
    ] {
        let task = due(&app.guest_in(timezone).await, day).await;
        assert_eq!((&task["due_date"], &task["all_day"]), (&json!(shown), &json!(true)), "{timezone}: {day}");
    }
}

#[tokio::test]
async fn a_time_before_standard_time_zones_stays_the_same_instant() {
    let app = App::start().await;
    for timezone in ["Europe/Berlin", "America/New_York", "Africa/Monrovia"] {
        let ada = app.guest_in(timezone).await;
        for input in ["1850-01-01T12:00:00Z", "0001-01-02T00:00:00Z", "9998-12-30T00:00:00Z"] {
            let task = due(&ada, input).await;
            assert_eq!(moment(&task["due_date"]), moment(&json!(input)), "{timezone}: {task}");
        }
    }
}

#[tokio::test]
async fn every_time_of_every_tool_is_in_the_users_time_zone() {
    let app = App::with_events().await;
    let timezone = "America/New_York";
    let ada = app.guest_in(timezone).await;
    let things = Things::of(&ada).await;
    notify(&app, &ada, &things.task).await;
    let assistant = Assistant::of(&ada);
    let task = id(&things.task);
    // Creation of the task and of its reminder: no other event may come between two requests.
    wait_for_trail(&ada, &format!("/api/audit/tasks/{task}"), 2).await;

    for (tool, arguments, shown) in [
        ("get_task", json!({ "task": task }), path(&things.task)),
        ("list_tasks", json!({}), "/api/tasks?status=active&sort_by=due_date".into()),
        ("search_tasks", json!({ "search": "mom" }), "/api/tasks?search=mom".into()),
        ("filter_tasks", json!({ "tags": "family" }), "/api/tasks?status=active&tags=family".into()),
        ("sort_tasks", json!({ "sort_by": "title" }), "/api/tasks?status=active&sort_by=title".into()),
        ("list_recurring_tasks", json!({}), "/api/recurring-tasks".into()),
        ("list_reminders", json!({}), "/api/reminders".into()),
        ("list_reminders", json!({ "task": task }), format!("{}/reminders", path(&things.task))),
        ("list_notifications", json!({}), "/api/notifications".into()),
        ("get_task_history", json!({ "task": task }), format!("/api/audit/tasks/{task}")),
    ] {
        let listed = assistant.call(tool, arguments).await.success();
        assert_local(&app, timezone, tool, &listed).await;
        let expected = ada.get(&shown).await.expect(200).json();
        assert_eq!(in_utc(&listed["items"]), in_utc(&expected["items"]), "{tool}");
    }
    for (tool, arguments) in things.arguments() {
        let changes =
            !super::READ_ONLY.contains(&tool) && !["delete_task", "cancel_reminder"].contains(&tool);
        if changes {
            let made = assistant.call(tool, arguments).await.success();
            assert_local(&app, timezone, tool, &made).await;
        }
    }
    for (tool, arguments) in [
        ("cancel_reminder", json!({ "reminder": id(&things.reminder) })),
        ("cancel_reminder", json!({ "reminder": id(&things.reminder), "confirm": true })),
        ("delete_task", json!({ "task": task })),
        ("delete_task", json!({ "task": task, "confirm": true })),
    ] {
        let gone = assistant.call(tool, arguments).await.success();
        assert_local(&app, timezone, tool, &gone).await;
    }
}

#[tokio::test]
async fn times_in_texts_are_in_the_users_time_zone_too() {
    let app = App::start().await;
    let ada = app.guest_in("Asia/Kolkata").await;
    let task = create_task(&ada, json!({ "title": "call one", "due_date": "2031-01-01T20:00:00Z" })).await;
    create_task(&ada, json!({ "title": "call two" })).await;
    let assistant = Assistant::of(&ada);

    let refused = assistant.call("complete_task", json!({ "task": "call" })).await.refusal("ambiguous");
    let candidates = refused.candidates();
    let one = candidates.iter().find(|one| one["id"] == task["id"]).unwrap();
    assert_eq!(one["due_date"], "2031-01-02T01:30:00+05:30");
    let got = assistant.call("get_task", json!({ "task": id(&task) })).await.text();
    for text in [refused.text, got] {
        assert!(text.contains("2031-01-02") && !text.contains("2031-01-01"), "{text}");
    }
}

#[tokio::test]
async fn a_rejected_past_time_is_reported_with_the_current_time() {
    let app = App::start().await;
    let ada = app.guest_in("Asia/Kolkata").await;

    let past = json!({ "title": "call mom", "due_date": "2019-04-02T17:00:00+05:30" });
    let refused = Assistant::of(&ada).call("add_task", past).await.refusal("invalid");

    assert!(refused.text.contains("`due_date` is in the past"), "{}", refused.text);
    let words: Vec<&str> = refused.text.lines().last().unwrap().split(' ').collect();
    let ["It", "is", day, time, "for", "the", "person."] = words[..] else { panic!("{}", refused.text) };
    assert!(time.ends_with("+05:30"), "{time}");
    let query = format!(
        "select now() - '{time}'::timestamptz between '-1 second' and '1 minute' as is_now,
                to_char('{time}'::timestamptz at time zone 'Asia/Kolkata', 'FMDay') as day"
    );
    assert_eq!(app.database.rows(&query).await, [json!({ "is_now": true, "day": day })]);
}

#[tokio::test]
async fn times_follow_the_user_to_another_time_zone() {
    let app = App::start().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let at = due(&ada, "2031-07-01T10:00:00Z").await;
    let on = due(&ada, "2031-07-01").await;
    let shown = async |task: &Value| {
        Assistant::of(&ada).call("get_task", json!({ "task": id(task) })).await.success()["due_date"].clone()
    };
    assert_eq!(
        [shown(&at).await, shown(&on).await],
        ["2031-07-01T12:00:00+02:00", "2031-07-01T23:59:00+02:00"]
    );

    ada.patch("/api/auth/me", json!({ "timezone": "Asia/Kolkata" })).await.expect(200);

    assert_eq!(
        [shown(&at).await, shown(&on).await],
        ["2031-07-01T15:30:00+05:30", "2031-07-01T23:59:00+05:30"]
    );
    assert_eq!(due(&ada, "2031-07-02").await["due_date"], "2031-07-02T23:59:00+05:30");
}

#[tokio::test]
async fn a_date_as_a_bound_is_that_date_in_the_users_time_zone() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    for (title, due) in [
        ("before", "2031-04-15T03:59:59Z"),
        ("first", "2031-04-15T04:00:00Z"),
        ("last", "2031-04-16T03:59:59Z"),
        ("after", "2031-04-16T04:00:00Z"),
    ] {
        create_task(&ada, json!({ "title": title, "due_date": due })).await;
    }

    let day = json!({ "due_after": "2031-04-15", "due_before": "2031-04-15", "sort_by": "due_date" });
    let found = Assistant::of(&ada).call("filter_tasks", day).await.success();

    assert_eq!(super::titles(&found), ["first", "last"]);
}
