use futures::future::join_all;
use serde_json::{Value, json};
use tests::bulk_of;

use super::{
    CONSUMER, Series, app_without_sidecar, deliver, due_date_of, due_dates_of, moment, moments, path,
    pending_events, reminders,
};

#[tokio::test]
async fn a_change_of_the_series_affects_the_open_and_later_occurrences_but_no_past_ones() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = series.open_occurrence().await;
    series.complete_and_deliver().await;
    let (past, open) = (ada.get(&path(&first)).await.json(), series.open_occurrence().await);
    let patch = json!({ "title": "water the roses", "description": "and the lilies", "priority": "HIGH",
                        "tags": ["garden"] });

    let changed = series.patch(patch.clone()).await.expect(200);

    let shown = changed.json();
    assert_eq!(changed.header("etag"), format!("\"{}\"", shown["version"]));
    let now_open = series.open_occurrence().await;
    let next = series.complete_and_deliver().await;
    for thing in [&shown, &now_open, &next] {
        assert_eq!((&thing["title"], &thing["description"]), (&patch["title"], &patch["description"]));
        assert_eq!((&thing["priority"], &thing["tags"]), (&json!("high"), &patch["tags"]));
    }
    assert_eq!((&now_open["id"], due_date_of(&now_open)), (&open["id"], due_date_of(&open)));
    assert_eq!(ada.get(&path(&first)).await.json(), past);
    assert_eq!(reminders(&ada, &next).await, ["1h"], "omitted members stay");
}

#[tokio::test]
async fn omitted_members_of_a_patch_stay_and_null_clears() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let members = json!({
        "description": "x", "priority": "high", "tags": ["home"], "frequency": "monthly", "interval": 2,
        "day_of_month": 15,
        "start_date": "2031-01-15T09:00:00Z", "end_date": "2032-12-31",
        "reminders": [{ "before": "2d" }, { "before": "1h" }],
    });
    let series = Series::start(&app, &ada, members).await;
    let before = series.get().await;

    let changed = series.patch(json!({ "title": "new" })).await.expect(200).json();
    for (member, value) in changed.as_object().unwrap() {
        let is_new = ["title", "version", "seq", "updated_at"].contains(&member.as_str());
        assert!(is_new || *value == before[member], "{member}: {value}");
    }
    assert_eq!(reminders(&ada, &series.open_occurrence().await).await, ["2d", "1h"]);

    let clear =
        json!({ "description": null, "priority": null, "tags": null, "end_date": null, "reminders": null });
    let cleared = series.patch(clear).await.expect(200).json();
    assert_eq!((&cleared["description"], &cleared["priority"]), (&Value::Null, &json!("medium")));
    assert_eq!((&cleared["tags"], &cleared["reminders"]), (&json!([]), &json!([])));
    assert_eq!((&cleared["end_date"], &cleared["title"]), (&Value::Null, &json!("new")));
    assert_eq!(reminders(&ada, &series.open_occurrence().await).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_patch_without_effect_creates_no_version_and_no_event() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let (before, events) = (series.get().await, app.database.events().await);

    for patch in [json!({}), json!({ "title": "water plants", "frequency": "daily", "interval": 1 })] {
        series.patch(patch).await.expect(200);
    }

    assert_eq!(series.get().await, before);
    assert_eq!(app.database.events().await, events);
}

#[tokio::test]
async fn changed_reminders_of_the_series_apply_to_the_open_and_later_occurrences() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.complete_and_deliver().await;

    let changed =
        series.patch(json!({ "reminders": [{ "before": "1d" }, { "before": "5m" }] })).await.expect(200);

    assert_eq!(changed.json()["reminders"], json!([{ "before": "1d" }, { "before": "5m" }]));
    assert_eq!(reminders(&ada, &series.open_occurrence().await).await, ["1d", "5m"]);
    assert_eq!(reminders(&ada, &series.complete_and_deliver().await).await, ["1d", "5m"]);
}

/// Rule changes of a daily series whose first occurrence, on a Wednesday, is completed, with the expected due
/// dates.
fn other_rules() -> Vec<(Value, [&'static str; 2])> {
    vec![
        (json!({ "title": "new" }), ["2031-01-02T09:00:00Z", "2031-01-03T09:00:00Z"]),
        (json!({ "interval": 3 }), ["2031-01-04T09:00:00Z", "2031-01-07T09:00:00Z"]),
        (json!({ "frequency": "weekly" }), ["2031-01-08T09:00:00Z", "2031-01-15T09:00:00Z"]),
        (
            json!({ "frequency": "weekly", "by_weekday": ["wed", "thu"] }),
            ["2031-01-02T09:00:00Z", "2031-01-08T09:00:00Z"],
        ),
        (json!({ "frequency": "monthly" }), ["2031-02-01T09:00:00Z", "2031-03-01T09:00:00Z"]),
        (
            json!({ "frequency": "monthly", "day_of_month": 31 }),
            ["2031-01-31T09:00:00Z", "2031-02-28T09:00:00Z"],
        ),
        (json!({ "frequency": "yearly" }), ["2032-01-01T09:00:00Z", "2033-01-01T09:00:00Z"]),
        (json!({ "end_date": "2031-01-05" }), ["2031-01-02T09:00:00Z", "2031-01-03T09:00:00Z"]),
    ]
}

#[tokio::test]
async fn a_new_rule_keeps_the_open_occurrence_if_it_fits_and_moves_it_otherwise() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (patch, expected) in other_rules() {
        let series = Series::daily(&app, &ada).await;
        let open = series.complete_and_deliver().await;

        let changed = series.patch(patch.clone()).await.expect(200).json();

        let moved = series.open_occurrence().await;
        assert_eq!((&moved["id"], due_date_of(&moved).as_str()), (&open["id"], expected[0]), "{patch}");
        assert_eq!(moment(&changed["next_occurrence"]), expected[0], "{patch}");
        assert_eq!(moments(&series.get().await["next_occurrences"])[..2], expected, "{patch}");
        assert_eq!(due_date_of(&series.complete_and_deliver().await), expected[1], "{patch}");
    }
}

#[tokio::test]
async fn a_series_changed_while_an_event_is_in_flight_continues_with_its_new_rule() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (patch, expected) in other_rules() {
        for reversed in [false, true] {
            let series = Series::daily(&app, &ada).await;
            series.complete().await;

            let changed = series.patch(patch.clone()).await.expect(200).json();

            assert_eq!(moment(&changed["next_occurrence"]), expected[0], "{patch}");
            let mut events = pending_events(&app).await;
            if reversed {
                events.reverse();
            }
            app.as_dapr(CONSUMER).json(&bulk_of("task-events", &events)).send().await.expect(200);
            deliver(&app).await;
            let next = series.open_occurrence().await;
            assert_eq!(
                (due_date_of(&next).as_str(), &next["title"]),
                (expected[0], &changed["title"]),
                "{patch}"
            );
            assert_eq!(due_date_of(&series.complete_and_deliver().await), expected[1], "{patch}");
        }
    }
}

#[tokio::test]
async fn another_start_moves_a_series_that_has_not_started() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;

    for (start, expected, all_day) in [
        ("2031-01-05T17:00:00Z", "2031-01-05T17:00:00Z", false),
        ("2031-02-07", "2031-02-07T23:59:00Z", true),
        ("2030-12-01T08:00:00+01:00", "2030-12-01T07:00:00Z", false),
    ] {
        series.patch(json!({ "start_date": start })).await.expect(200);
        let open = series.open_occurrence().await;
        assert_eq!((due_date_of(&open).as_str(), &open["all_day"]), (expected, &json!(all_day)), "{start}");
    }
    assert_eq!(series.first_due_dates(2).await, ["2030-12-01T07:00:00Z", "2030-12-02T07:00:00Z"]);
}

#[tokio::test]
async fn members_of_the_former_frequency_are_dropped() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let rule = json!({ "frequency": "weekly", "by_weekday": ["wed", "fri"], "start_date": "2031-01-01" });
    let series = Series::start(&app, &ada, rule).await;

    let monthly =
        series.patch(json!({ "frequency": "monthly", "day_of_month": "last" })).await.expect(200).json();
    assert_eq!((&monthly["by_weekday"], &monthly["day_of_month"]), (&Value::Null, &json!("last")));
    let daily = series.patch(json!({ "frequency": "daily" })).await.expect(200).json();
    assert_eq!((&daily["by_weekday"], &daily["day_of_month"]), (&Value::Null, &Value::Null));
    let misfit = series.patch(json!({ "frequency": "yearly", "day_of_month": 3 })).await;
    assert_eq!(misfit.wrong_members(), ["/day_of_month"]);
}

#[tokio::test]
async fn an_end_before_the_open_occurrence_is_rejected() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.complete_and_deliver().await;
    series.complete_and_deliver().await;
    let before = series.get().await;

    for end in ["2031-01-02", "2031-01-03T08:59:59Z", "2030-01-01"] {
        assert_eq!(series.patch(json!({ "end_date": end })).await.wrong_members(), ["/end_date"], "{end}");
    }
    assert_eq!(series.get().await, before);

    series.patch(json!({ "end_date": "2031-01-03" })).await.expect(200);
    assert_eq!(series.complete().await["next_occurrence"], Value::Null);
    deliver(&app).await;
    assert_eq!(series.get().await["status"], "ended");
    assert_eq!(due_dates_of(&series.tasks("status=completed").await).len(), 3);
}

#[tokio::test]
async fn changes_at_the_same_time_that_leave_the_schedule_alone_are_all_made() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let patches = [
        json!({ "description": "and the lilies" }),
        json!({ "priority": "high" }),
        json!({ "tags": ["garden"] }),
        json!({ "reminders": [{ "before": "2h" }] }),
        json!({ "title": "one" }),
        json!({ "title": "two" }),
        json!({ "title": "three" }),
        json!({ "title": "four" }),
    ];

    for changed in join_all(patches.iter().map(|patch| series.patch(patch.clone()))).await {
        changed.expect(200);
    }

    let (shown, open) = (series.get().await, series.open_occurrence().await);
    for thing in [&shown, &open] {
        assert_eq!((&thing["description"], &thing["priority"]), (&json!("and the lilies"), &json!("high")));
        assert_eq!((&thing["tags"], &thing["title"]), (&json!(["garden"]), &shown["title"]));
    }
    assert!(patches[4..].iter().any(|patch| patch["title"] == shown["title"]), "{shown}");
    assert_eq!(reminders(&ada, &open).await, ["2h"]);
}

#[tokio::test]
async fn changes_of_the_schedule_at_the_same_time_are_made_or_refused_as_busy() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;

    let changes = (2..10).map(|interval| series.patch(json!({ "interval": interval })));
    let answers = join_all(changes).await;

    assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.problem(429)["type"], "urn:taskflow:problem:busy");
        assert_eq!(refused.header("retry-after"), "1");
    }
    let faults: Vec<String> = app.logs().into_iter().filter(|line| line.contains("internal error")).collect();
    assert_eq!(faults, [] as [&str; 0]);
}

#[tokio::test]
async fn a_stale_version_is_answered_with_the_current_series() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let write = async |version: &Value, title: &str| {
        let call = ada.call("PATCH", &series.path).header("if-match", format!("\"{version}\""));
        call.json(&json!({ "title": title })).send().await
    };
    let seen = series.get().await["version"].clone();
    let winner = write(&seen, "one").await.expect(200).json();
    assert_ne!(winner["version"], seen);

    let problem = write(&seen, "two").await.problem(412);

    for member in ["id", "title", "version", "frequency", "next_occurrence"] {
        assert_eq!(problem["recurring_task"][member], winner[member], "{member}");
    }
    assert_eq!(series.get().await["title"], "one");
    assert_eq!(write(&winner["version"], "three").await.expect(200).json()["title"], "three");
}

#[tokio::test]
async fn a_lost_write_to_a_series_leaves_a_conflict() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.patch(json!({ "title": "water the roses" })).await.expect(200);

    let lost = ada.call("PATCH", &series.path).header("if-match", "\"1\"").json(&json!({ "interval": 2 }));
    let current = lost.send().await.problem(412)["recurring_task"].clone();
    ada.call("DELETE", &series.path).header("if-match", "\"1\", \"7\"").send().await.problem(412);

    let rows = "select topic, user_id, subject_id, actor, before, after, details from app.outbox
                 where type = 'recurring.conflict' order by position";
    let conflict = |expected: Value| {
        json!({ "topic": "task-events", "user_id": ada.id(), "subject_id": series.id, "actor": "user",
                "before": null, "after": current, "details": { "expected": expected } })
    };
    assert_eq!(app.database.rows(rows).await, [conflict(json!([1])), conflict(json!([1, 7]))]);
    assert_eq!(series.get().await["status"], "active");
}

#[tokio::test]
async fn a_postponed_occurrence_keeps_its_due_date_until_its_place_moves() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for put_off in [json!("2031-01-01T18:00:00Z"), json!("2031-01-10"), Value::Null] {
        let series = Series::daily(&app, &ada).await;
        ada.patch(&path(&series.open_occurrence().await), json!({ "due_date": put_off })).await.expect(200);
        let open = series.open_occurrence().await;

        for patch in
            [json!({ "end_date": "2032-12-31" }), json!({ "interval": 3 }), json!({ "end_date": null })]
        {
            series.patch(patch.clone()).await.expect(200);
            assert_eq!(series.open_occurrence().await, open, "{put_off}: {patch}");
        }

        series.patch(json!({ "start_date": "2031-01-05T17:00:00Z" })).await.expect(200);
        let moved = series.open_occurrence().await;
        assert_eq!((&moved["id"], &moved["all_day"]), (&open["id"], &json!(false)), "{put_off}");
        assert_eq!(due_date_of(&moved), "2031-01-05T17:00:00Z", "{put_off}");
    }
}
