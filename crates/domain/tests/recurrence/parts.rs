//! Parts of a rule, and the errors about them.

use domain::{Field, Rule, TimeOrDay};
use serde_json::{Value, json};

use super::rule;

/// Pointers and details of the errors.
fn errors(mut parts: Value) -> Vec<(String, String)> {
    parts["timezone"] = json!("Europe/Berlin");
    let rejected = Rule::parse(&parts).expect_err("invalid parts");
    rejected.into_iter().map(|error| (error.pointer, error.detail)).collect()
}

fn pointers(parts: Value) -> Vec<String> {
    errors(parts).into_iter().map(|(pointer, _)| pointer).collect()
}

#[test]
fn interval_and_anchor_have_defaults() {
    let written = json!(rule(json!({ "frequency": "daily", "start_date": "2026-05-01" })));
    assert_eq!(
        written,
        json!({
            "frequency": "daily", "interval": 1, "anchor": "schedule",
            "start_date": "2026-05-01", "timezone": "Europe/Berlin",
        })
    );
}

#[test]
fn frequency_start_and_time_zone_are_required() {
    let errors = Rule::parse(&json!({})).expect_err("an empty rule");
    assert_eq!(
        errors.iter().map(|error| &error.pointer).collect::<Vec<_>>(),
        ["/frequency", "/start_date", "/timezone"]
    );
}

#[test]
fn every_invalid_part_is_reported() {
    assert_eq!(
        pointers(json!({
            "frequency": "hourly", "interval": 0, "by_weekday": ["mon", "mon"], "day_of_month": 32,
            "anchor": "moon", "start_date": "2026-02-30", "end_date": "soon", "count": 3,
        })),
        [
            "/frequency",
            "/interval",
            "/by_weekday/1",
            "/day_of_month",
            "/anchor",
            "/start_date",
            "/end_date",
            "/count",
        ]
    );
}

#[test]
fn weekdays_need_a_weekly_rule_and_a_day_of_the_month_a_monthly_one() {
    for frequency in ["daily", "yearly"] {
        assert_eq!(
            pointers(json!({
                "frequency": frequency, "by_weekday": ["mon"], "day_of_month": 3, "start_date": "2026-05-01",
            })),
            ["/by_weekday", "/day_of_month"]
        );
    }
    let pointers_of = |frequency: &str, part: &str, value: Value| {
        pointers(json!({ "frequency": frequency, part: value, "start_date": "2026-05-01" }))
    };
    assert_eq!(pointers_of("weekly", "day_of_month", json!("last")), ["/day_of_month"]);
    assert_eq!(pointers_of("monthly", "by_weekday", json!(["mon"])), ["/by_weekday"]);
}

#[test]
fn an_end_before_the_first_occurrence_is_rejected() {
    // The start is on a Friday, so the first occurrence is on the 4th.
    let until = |end: &str| {
        let start = "2026-05-01T09:00:00";
        json!({ "frequency": "weekly", "by_weekday": ["mon"], "start_date": start, "end_date": end })
    };
    for end in ["2026-04-30", "2026-05-03", "2026-05-04T08:59:59"] {
        let detail = "is before the first occurrence, 2026-05-04T09:00:00";
        assert_eq!(errors(until(end)), [("/end_date".to_owned(), detail.to_owned())], "{end}");
    }
    for end in ["2026-05-04", "2026-05-04T09:00:00"] {
        rule(until(end));
    }
}

#[test]
fn a_start_so_late_that_nothing_can_come_is_rejected() {
    for start in ["9999-12-31", "9998-12-31T23:59:00"] {
        let monthly = json!({ "frequency": "monthly", "day_of_month": 1, "start_date": start });
        assert_eq!(pointers(monthly), ["/start_date"]);
    }
}

#[test]
fn dates_that_do_not_exist_are_rejected() {
    for text in ["2026-02-30", "2026-02-29", "2026-02-30T09:00:00Z", "2026-04-31T09:00:00+02:00"] {
        assert!(TimeOrDay::parse(&json!(text)).is_err(), "{text}");
    }
}

#[test]
fn a_rule_survives_a_round_trip() {
    for parts in [
        json!({ "frequency": "weekly", "by_weekday": ["fri", "mon"], "start_date": "2026-05-01T09:00:00" }),
        json!({ "frequency": "monthly", "day_of_month": "last", "start_date": "2026-05-01", "end_date": "2027-05-01" }),
        json!({ "frequency": "yearly", "interval": 2, "anchor": "completion", "start_date": "2026-05-01T09:00:00.5" }),
    ] {
        let rule = rule(parts);
        assert_eq!(Rule::parse(&json!(rule)), Ok(rule));
    }
}
