//! Next occurrence after an instant or a day, and the end of a series.

use domain::Rule;
use serde_json::{Value, json};

use super::{after, due, first, rule, shown};

fn daily_at_nine() -> Rule {
    rule(json!({ "frequency": "daily", "start_date": "2026-05-01T09:00:00" }))
}

#[test]
fn the_next_occurrence_is_later_than_the_instant() {
    assert_eq!(after(&daily_at_nine(), "2026-05-04T06:59:59Z").as_deref(), Some("2026-05-04T09:00+02:00"));
    assert_eq!(after(&daily_at_nine(), "2026-05-04T07:00:00Z").as_deref(), Some("2026-05-05T09:00+02:00"));
}

#[test]
fn an_instant_is_after_a_day_once_that_day_is_over() {
    assert_eq!(after(&daily_at_nine(), "2026-05-04").as_deref(), Some("2026-05-05T09:00+02:00"));
}

#[test]
fn a_day_is_after_an_instant_of_an_earlier_local_day() {
    let rule = rule(json!({ "frequency": "daily", "start_date": "2026-05-01" }));
    assert_eq!(after(&rule, "2026-05-04").as_deref(), Some("2026-05-05"));
    assert_eq!(after(&rule, "2026-05-04T21:59:59Z").as_deref(), Some("2026-05-05"));
    assert_eq!(after(&rule, "2026-05-04T22:00:00Z").as_deref(), Some("2026-05-06"));
}

#[test]
fn moving_an_occurrence_does_not_move_the_next_one() {
    let rule = rule(json!({ "frequency": "weekly", "interval": 2, "start_date": "2026-05-01T09:00:00" }));
    for moved in ["2026-05-01T07:00:00Z", "2026-05-03T15:20:10Z", "2026-05-08", "2026-05-15T06:00:00Z"] {
        assert_eq!(after(&rule, moved).as_deref(), Some("2026-05-15T09:00+02:00"), "{moved}");
    }
}

#[test]
fn a_series_that_began_long_ago_keeps_its_interval() {
    let next = |parts: Value| after(&rule(parts), "2026-05-04T12:00:00Z");
    for (parts, expected) in [
        (
            json!({ "frequency": "daily", "interval": 2, "start_date": "1970-01-01T09:00:00" }),
            "2026-05-05T09:00+02:00",
        ),
        (
            json!({ "frequency": "weekly", "interval": 3, "by_weekday": ["mon", "fri"], "start_date": "1970-01-01" }),
            "2026-05-08",
        ),
        (json!({ "frequency": "monthly", "interval": 7, "start_date": "1970-01-31" }), "2026-08-31"),
        (json!({ "frequency": "yearly", "interval": 3, "start_date": "1904-02-29" }), "2027-02-28"),
    ] {
        assert_eq!(next(parts).as_deref(), Some(expected));
    }
}

#[test]
fn before_its_start_a_series_returns_its_first_occurrence() {
    let rule =
        rule(json!({ "frequency": "monthly", "day_of_month": 31, "start_date": "2030-02-10T09:00:00" }));
    for long_before in ["2026-05-04T12:00:00Z", "2026-05-04", "0001-01-01", "2030-02-28T07:59:59Z"] {
        assert_eq!(after(&rule, long_before).as_deref(), Some("2030-02-28T09:00+01:00"));
    }
    assert_eq!(first(1, &rule), ["2030-02-28T09:00+01:00"]);
}

#[test]
fn the_end_is_inclusive() {
    let until = |start: &str, end: &str| {
        first(9, &rule(json!({ "frequency": "daily", "start_date": start, "end_date": end })))
            .pop()
            .expect("one at least")
    };
    assert_eq!(until("2026-05-01", "2026-05-03"), "2026-05-03");
    assert_eq!(until("2026-05-01", "2026-05-03T00:00:00"), "2026-05-03");
    assert_eq!(until("2026-05-01T23:59:00", "2026-05-03"), "2026-05-03T23:59+02:00");
    assert_eq!(until("2026-05-01T09:00:00", "2026-05-03T09:00:00"), "2026-05-03T09:00+02:00");
    assert_eq!(until("2026-05-01T09:00:00", "2026-05-03T08:59:59"), "2026-05-02T09:00+02:00");
}

#[test]
fn an_occurrence_that_a_clock_change_moves_past_the_end_is_dropped() {
    let rule = rule(json!({
        "frequency": "daily", "start_date": "2026-03-28T02:30:00", "end_date": "2026-03-29T03:00:00",
    }));
    assert_eq!(first(9, &rule), ["2026-03-28T02:30+01:00"]);
}

#[test]
fn every_series_ends_with_the_supported_years() {
    for parts in [
        json!({ "frequency": "daily", "start_date": "2026-05-01" }),
        json!({ "frequency": "weekly", "by_weekday": ["mon"], "start_date": "2026-05-01T09:00:00" }),
        json!({ "frequency": "monthly", "interval": 999, "start_date": "2026-05-31" }),
        json!({ "frequency": "yearly", "interval": 999, "start_date": "2026-05-01", "anchor": "completion" }),
    ] {
        assert_eq!(after(&rule(parts), "9998-12-31"), None);
    }
}

#[test]
fn a_range_excludes_its_start_and_includes_its_end() {
    let rule = daily_at_nine();
    let between = |from, until| -> Vec<String> {
        rule.between(due(from), due(until)).map(|occurrence| shown(&rule, &occurrence)).collect()
    };
    let second_and_third = ["2026-05-02T09:00+02:00", "2026-05-03T09:00+02:00"];
    assert_eq!(between("2026-05-01T07:00:00Z", "2026-05-03T07:00:00Z"), second_and_third);
    assert_eq!(between("2026-05-01", "2026-05-03"), second_and_third);
    assert!(between("2026-05-03T07:00:00Z", "2026-05-01T07:00:00Z").is_empty());
}

#[test]
fn the_iterator_returns_the_next_occurrences_in_order() {
    let rule = daily_at_nine();
    let next: Vec<_> =
        rule.all_after(due("2026-05-09")).take(3).map(|occurrence| shown(&rule, &occurrence)).collect();
    assert_eq!(next, ["2026-05-10T09:00+02:00", "2026-05-11T09:00+02:00", "2026-05-12T09:00+02:00"]);
}

#[test]
fn the_json_of_an_occurrence_includes_its_adjustment() {
    let rule = rule(json!({ "frequency": "monthly", "start_date": "2026-01-31" }));
    let written = json!(rule.after(due("2026-02-01")));
    assert_eq!(written, json!({ "due_date": { "on": "2026-02-28" }, "adjustment": { "shorter_month": 31 } }));
    assert_eq!(json!(rule.first()), json!({ "due_date": { "on": "2026-01-31" } }));
}
