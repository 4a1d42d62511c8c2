use serde_json::{Value, json};
use tests::App;

use super::{SERIES_PATH, Series, app_without_sidecar, with};

/// Invalid members of a rule, added to a daily one that starts on 2031-01-05, and the member that is
/// reported.
fn wrong_rules() -> Vec<(Value, &'static str)> {
    let weekly = |days: Value| json!({ "frequency": "weekly", "by_weekday": days });
    let monthly = |day: Value| json!({ "frequency": "monthly", "day_of_month": day });
    vec![
        (json!({ "frequency": "hourly" }), "/frequency"),
        (json!({ "frequency": "" }), "/frequency"),
        (json!({ "frequency": null }), "/frequency"),
        (json!({ "interval": 0 }), "/interval"),
        (json!({ "interval": -1 }), "/interval"),
        (json!({ "interval": 1.5 }), "/interval"),
        (json!({ "interval": "2" }), "/interval"),
        (json!({ "interval": 1000 }), "/interval"),
        (json!({ "interval": 10_000 }), "/interval"),
        (json!({ "interval": 65_537 }), "/interval"),
        (weekly(json!([])), "/by_weekday"),
        (weekly(json!("mon")), "/by_weekday"),
        (weekly(json!(["monday"])), "/by_weekday/0"),
        (weekly(json!(["mon", "fri", "mon"])), "/by_weekday/2"),
        (json!({ "frequency": "daily", "by_weekday": ["mon"] }), "/by_weekday"),
        (json!({ "frequency": "monthly", "by_weekday": ["mon"] }), "/by_weekday"),
        (json!({ "frequency": "yearly", "by_weekday": ["mon"] }), "/by_weekday"),
        (monthly(json!(0)), "/day_of_month"),
        (monthly(json!(-1)), "/day_of_month"),
        (monthly(json!(32)), "/day_of_month"),
        (monthly(json!("first")), "/day_of_month"),
        (monthly(json!("31")), "/day_of_month"),
        (json!({ "frequency": "weekly", "day_of_month": 1 }), "/day_of_month"),
        (json!({ "frequency": "yearly", "day_of_month": "last" }), "/day_of_month"),
        (json!({ "anchor": "sometimes" }), "/anchor"),
        (json!({ "start_date": "2031-02-30" }), "/start_date"),
        (json!({ "start_date": "2031-02-28T25:00:00Z" }), "/start_date"),
        (json!({ "start_date": "2031-02-28T09:00:00" }), "/start_date"),
        (json!({ "start_date": "soon" }), "/start_date"),
        (json!({ "end_date": "2031-02-30" }), "/end_date"),
        (json!({ "end_date": "never" }), "/end_date"),
        (json!({ "end_date": "2031-01-04" }), "/end_date"),
        (json!({ "end_date": "2031-01-04T23:59:59Z" }), "/end_date"),
        // The first Monday is the 6th.
        (with(weekly(json!(["mon"])), json!({ "end_date": "2031-01-05" })), "/end_date"),
        (json!({ "timezone": "Mars/Olympus" }), "/timezone"),
        (json!({ "timezone": "" }), "/timezone"),
        (json!({ "colour": "red" }), "/colour"),
        (json!({ "next_occurrence": "2031-01-05" }), "/next_occurrence"),
    ]
}

/// Other invalid members of a series, and the member that is reported.
fn wrong_members() -> Vec<(Value, &'static str)> {
    let reminders = |reminders: Value| json!({ "reminders": reminders });
    vec![
        (json!({ "title": "" }), "/title"),
        (json!({ "title": null }), "/title"),
        (json!({ "title": "x".repeat(501) }), "/title"),
        (json!({ "description": "x".repeat(20_001) }), "/description"),
        (json!({ "priority": "urgent" }), "/priority"),
        (json!({ "tags": ["a", ""] }), "/tags/1"),
        (json!({ "tags": (0..11).map(|tag| tag.to_string()).collect::<Vec<_>>() }), "/tags"),
        (reminders(json!([{ "before": "1h", "at": "2031-01-01T09:00:00Z" }])), "/reminders/0/at"),
        (reminders(json!([{ "before": "1h" }, {}])), "/reminders/1/before"),
        (reminders(json!([{ "before": "soon" }])), "/reminders/0/before"),
        (reminders(json!([{ "before": "-1h" }])), "/reminders/0/before"),
        (reminders(json!([{ "before": "1000d" }])), "/reminders/0/before"),
        (reminders(json!([{ "before": "1h", "colour": "red" }])), "/reminders/0/colour"),
        (reminders(json!(vec![json!({ "before": "1h" }); 101])), "/reminders"),
        (json!({ "id": "x" }), "/id"),
        (json!({ "user_id": "x" }), "/user_id"),
        (json!({ "status": "ended" }), "/status"),
        (json!({ "version": 7 }), "/version"),
    ]
}

/// Returns the number of rows of each kind.
async fn count_rows(app: &App) -> Vec<Value> {
    let query =
        "select (select count(*) from app.series) as series, (select count(*) from app.tasks) as tasks,
                        (select count(*) from app.reminders) as reminders,
                        (select count(*) from app.outbox where topic = 'task-events') as events";
    app.database.rows(query).await
}

#[tokio::test]
async fn an_invalid_rule_is_rejected_on_every_route_and_changes_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-01-05" });
    let series = Series::start(&app, &ada, rule.clone()).await;
    let before = (count_rows(&app).await, series.get().await);

    for (wrong, pointer) in wrong_rules() {
        let task = json!({ "title": "x", "recurrence": with(rule.clone(), wrong.clone()) });
        let within = format!("/recurrence{pointer}");
        assert_eq!(ada.post("/api/tasks", task).await.wrong_members(), [within], "in a task: {wrong}");
    }
    for (wrong, pointer) in wrong_rules().into_iter().chain(wrong_members()) {
        let made =
            ada.post(SERIES_PATH, with(with(json!({ "title": "x" }), rule.clone()), wrong.clone())).await;
        assert_eq!(made.wrong_members(), [pointer], "{wrong}");
        assert_eq!(series.patch(wrong.clone()).await.wrong_members(), [pointer], "as a patch: {wrong}");
    }

    assert_eq!((count_rows(&app).await, series.get().await), before);
}

#[tokio::test]
async fn a_year_out_of_range_in_some_time_zone_is_rejected() {
    let app = app_without_sidecar().await;
    for (home, zone) in [
        ("UTC", None),
        ("America/New_York", None),
        ("Pacific/Kiritimati", None),
        ("UTC", Some("America/New_York")),
        ("UTC", Some("Pacific/Kiritimati")),
    ] {
        let ada = app.guest_in(home).await;
        let series = Series::daily(&app, &ada).await;
        let before = (count_rows(&app).await, series.get().await);
        for time in ["0001-01-01", "0001-01-01T00:00:00Z", "9998-12-31", "9998-12-31T23:59:59Z"] {
            for member in ["start_date", "end_date"] {
                let mut wrong = json!({ (member): time });
                if let Some(zone) = zone {
                    wrong["timezone"] = json!(zone);
                }
                let rule = with(json!({ "frequency": "daily", "start_date": "2031-01-05" }), wrong.clone());

                let made = ada.post(SERIES_PATH, with(rule.clone(), json!({ "title": "x" }))).await;
                assert_eq!(made.wrong_members(), [format!("/{member}")], "{home}: {wrong}");
                let patched = series.patch(wrong.clone()).await;
                assert_eq!(patched.wrong_members(), [format!("/{member}")], "{home}, as a patch: {wrong}");
                let task = json!({ "title": "x", "allow_past": true, "recurrence": rule });
                let made = ada.post("/api/tasks", task).await.wrong_members();
                assert_eq!(made, [format!("/recurrence/{member}")], "{home}, in a task: {wrong}");
            }
        }
        assert_eq!((count_rows(&app).await, series.get().await), before, "{home}");
    }
}

#[tokio::test]
async fn missing_members_are_reported() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;

    let mut wrong = ada.post(SERIES_PATH, json!({})).await.wrong_members();
    wrong.sort();
    assert_eq!(wrong, ["/frequency", "/title"]);
    // An instant occurs only once.
    let moment =
        json!({ "title": "x", "frequency": "daily", "reminders": [{ "at": "2031-01-01T09:00:00Z" }] });
    let wrong = ada.post(SERIES_PATH, moment).await.wrong_members();
    assert!(wrong.iter().any(|pointer| pointer == "/reminders/0/at"), "{wrong:?}");
    for (recurrence, pointer) in [
        (json!({}), "/recurrence/frequency"),
        (json!({ "frequency": "daily", "title": "x" }), "/recurrence/title"),
        (json!([]), "/recurrence"),
        (json!("daily"), "/recurrence"),
    ] {
        let refused = ada.post("/api/tasks", json!({ "title": "x", "recurrence": recurrence })).await;
        assert_eq!(refused.wrong_members(), [pointer], "{recurrence}");
    }
}

#[tokio::test]
async fn every_member_of_a_wrong_type_is_reported() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let before = (count_rows(&app).await, series.get().await);
    let members = [
        "anchor",
        "by_weekday",
        "day_of_month",
        "description",
        "end_date",
        "frequency",
        "interval",
        "priority",
        "reminders",
        "start_date",
        "tags",
        "timezone",
        "title",
    ];

    for wrong in [json!(true), json!({}), json!(-1.5)] {
        let body: serde_json::Map<_, _> =
            members.iter().map(|member| (member.to_string(), wrong.clone())).collect();
        let body = Value::from(body);
        for response in [ada.post(SERIES_PATH, body.clone()).await, series.patch(body).await] {
            let mut named = response.wrong_members();
            named.sort();
            assert_eq!(named, members.map(|member| format!("/{member}")), "{wrong}");
        }
    }
    let flag = json!({ "title": "x", "frequency": "daily", "allow_past": "true" });
    assert_eq!(ada.post(SERIES_PATH, flag).await.wrong_members(), ["/allow_past"]);
    let in_a_patch = series.patch(json!({ "allow_past": true })).await;
    assert_eq!(in_a_patch.wrong_members(), ["/allow_past"], "only a start in the past needs it");

    assert_eq!((count_rows(&app).await, series.get().await), before);
}

#[tokio::test]
async fn values_at_the_limits_are_accepted() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminders: Vec<Value> = (1..=100).map(|hours| json!({ "before": format!("{hours}h") })).collect();
    for members in [
        json!({ "frequency": "yearly", "interval": 999 }),
        json!({ "frequency": "daily", "interval": 7.0 }),
        json!({ "frequency": "daily", "title": "x".repeat(500), "description": "x".repeat(20_000) }),
        json!({ "frequency": "daily", "tags": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"] }),
        json!({ "frequency": "weekly", "by_weekday": ["sun", "sat", "fri", "thu", "wed", "tue", "mon"] }),
        json!({ "frequency": "monthly", "day_of_month": 31 }),
        json!({ "frequency": "daily", "end_date": "2031-01-05" }),
        json!({ "frequency": "daily", "reminders": reminders }),
        json!({ "frequency": "daily", "reminders": [{ "before": "0m" }, { "before": "366d" }] }),
        json!({ "frequency": "daily", "by_weekday": null, "day_of_month": null, "end_date": null,
                "timezone": null }),
    ] {
        let rule = with(json!({ "title": "x", "start_date": "2031-01-05" }), members);
        ada.post(SERIES_PATH, rule).await.expect(201);
    }
}
