//! Rules across clock changes and time zones.

use domain::{Field, Rule, Timezone, WallClock};
use serde_json::{Value, json};

use super::{adjustments, after, all, due, first, rule};

fn daily(zone: &str, start: &str) -> Rule {
    rule(json!({ "frequency": "daily", "start_date": start, "timezone": zone }))
}

#[test]
fn the_local_time_stays_the_same_across_clock_changes() {
    for (zone, start, shown) in [
        (
            "Europe/Berlin",
            "2026-03-28",
            ["2026-03-28T09:00+01:00", "2026-03-29T09:00+02:00", "2026-03-30T09:00+02:00"],
        ),
        (
            "Europe/Berlin",
            "2026-10-24",
            ["2026-10-24T09:00+02:00", "2026-10-25T09:00+01:00", "2026-10-26T09:00+01:00"],
        ),
        (
            "America/New_York",
            "2026-03-07",
            ["2026-03-07T09:00-05:00", "2026-03-08T09:00-04:00", "2026-03-09T09:00-04:00"],
        ),
        (
            "America/New_York",
            "2026-10-31",
            ["2026-10-31T09:00-04:00", "2026-11-01T09:00-05:00", "2026-11-02T09:00-05:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03",
            ["2026-10-03T09:00+10:30", "2026-10-04T09:00+11:00", "2026-10-05T09:00+11:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-04",
            ["2026-04-04T09:00+11:00", "2026-04-05T09:00+10:30", "2026-04-06T09:00+10:30"],
        ),
        (
            "Asia/Kolkata",
            "2026-03-28",
            ["2026-03-28T09:00+05:30", "2026-03-29T09:00+05:30", "2026-03-30T09:00+05:30"],
        ),
    ] {
        let rule = daily(zone, &format!("{start}T09:00:00"));
        assert_eq!(first(3, &rule), shown);
        assert_eq!(adjustments(3, &rule), [const { Value::Null }; 3], "{zone}");
    }
}

/// Checks three days, of which the second has a clock change, and the adjustment of that day.
fn check_adjustment_of_second_day(adjustment: &str, zone: &str, start: &str, shown: [&str; 3]) {
    let rule = daily(zone, start);
    let local = format!("{}{}", &shown[1][..10], &start[10..]);
    assert_eq!(first(3, &rule), shown);
    assert_eq!(adjustments(3, &rule), [Value::Null, json!({ adjustment: local }), Value::Null]);
}

#[test]
fn a_skipped_time_moves_forward_once() {
    for (zone, start, shown) in [
        (
            "Europe/Berlin",
            "2026-03-28T02:30:00",
            ["2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"],
        ),
        (
            "America/New_York",
            "2026-03-07T02:30:00",
            ["2026-03-07T02:30-05:00", "2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03T02:10:00",
            ["2026-10-03T02:10+10:30", "2026-10-04T02:40+11:00", "2026-10-05T02:10+11:00"],
        ),
    ] {
        check_adjustment_of_second_day("skipped_time", zone, start, shown);
    }
}

#[test]
fn the_first_of_a_repeated_time_is_used() {
    for (zone, start, shown) in [
        (
            "Europe/Berlin",
            "2026-10-24T02:30:00",
            ["2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
        ),
        (
            "America/New_York",
            "2026-10-31T01:30:00",
            ["2026-10-31T01:30-04:00", "2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-04T01:45:00",
            ["2026-04-04T01:45+11:00", "2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
        ),
    ] {
        check_adjustment_of_second_day("repeated_time", zone, start, shown);
    }
}

#[test]
fn a_shorter_month_and_a_skipped_time_are_both_reported() {
    // In 1978 the clocks of New York went forward on April 30.
    let rule = rule(json!({
        "frequency": "monthly", "start_date": "1978-03-31T02:30:00", "timezone": "America/New_York",
    }));
    assert_eq!(
        first(3, &rule),
        ["1978-03-31T02:30-05:00", "1978-04-30T03:30-04:00", "1978-05-31T02:30-04:00"]
    );
    assert_eq!(
        adjustments(2, &rule)[1],
        json!({ "shorter_month": 31, "skipped_time": "1978-04-30T02:30:00" })
    );
}

#[test]
fn a_day_that_the_time_zone_skips_does_not_duplicate_the_next_one() {
    // Samoa went from December 29 to 31, over to the other side of the date line.
    let rule = daily("Pacific/Apia", "2011-12-28T09:00:00");
    assert_eq!(
        first(4, &rule),
        [
            "2011-12-28T09:00-10:00",
            "2011-12-29T09:00-10:00",
            "2011-12-31T09:00+14:00",
            "2012-01-01T09:00+14:00"
        ]
    );
}

#[test]
fn an_occurrence_on_a_skipped_day_moves_to_the_next_day() {
    let fridays = rule(
        json!({ "frequency": "weekly", "start_date": "2011-12-23T09:00:00", "timezone": "Pacific/Apia" }),
    );
    assert_eq!(after(&fridays, "2011-12-31T08:59:00+14:00").as_deref(), Some("2011-12-31T09:00+14:00"));
}

#[test]
fn a_repeated_hour_does_not_repeat_an_occurrence() {
    let berlin = daily("Europe/Berlin", "2026-10-01T02:30:00");
    assert_eq!(after(&berlin, "2026-10-25T02:29:00+02:00").as_deref(), Some("2026-10-25T02:30+02:00"));
    assert_eq!(after(&berlin, "2026-10-25T02:29:00+01:00").as_deref(), Some("2026-10-26T02:30+01:00"));
    // In St. John's the clock went back across midnight, to the day before.
    let st_johns = daily("America/St_Johns", "2010-11-01T00:00:30");
    assert_eq!(after(&st_johns, "2010-11-06T23:30:00-02:30").as_deref(), Some("2010-11-07T00:00-02:30"));
    assert_eq!(after(&st_johns, "2010-11-06T23:30:00-03:30").as_deref(), Some("2010-11-08T00:00-03:30"));
}

#[test]
fn a_start_in_a_repeated_hour_uses_its_first_pass() {
    let berlin = Timezone::parse(&json!("Europe/Berlin")).expect("a zone");
    let start = WallClock::in_zone(due("2026-10-25T02:30:00+01:00"), &berlin);
    assert_eq!(first(1, &daily("Europe/Berlin", &start.to_string())), ["2026-10-25T02:30+02:00"]);
}

#[test]
fn whole_days_ignore_clock_changes() {
    let rule = daily("Europe/Berlin", "2026-03-28");
    assert_eq!(first(3, &rule), ["2026-03-28", "2026-03-29", "2026-03-30"]);
}

#[test]
fn in_another_time_zone_a_series_keeps_its_local_time() {
    let moved = |rule: Rule, zone: &str| rule.with_timezone(Timezone::parse(&json!(zone)).expect("a zone"));
    let at_home = daily("Europe/Berlin", "2026-03-27T09:00:00");
    let away = moved(at_home.clone(), "America/New_York");
    assert_eq!(first(2, &away), ["2026-03-27T09:00-04:00", "2026-03-28T09:00-04:00"]);
    let mut stored = json!(at_home);
    stored["timezone"] = json!("America/New_York");
    assert_eq!(Rule::parse(&stored).as_ref(), Ok(&away));
    assert_eq!(moved(away, "Europe/Berlin"), at_home);

    // In Berlin that time is skipped on the first day only.
    let from_kolkata = moved(daily("Asia/Kolkata", "2026-03-29T02:30:00"), "Europe/Berlin");
    assert_eq!(first(2, &from_kolkata), ["2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"]);
}

#[test]
fn in_another_time_zone_the_end_keeps_its_local_time() {
    let parts = json!({ "frequency": "daily", "start_date": "2026-05-01T09:00:00", "end_date": "2026-05-03T09:00:00" });
    let away = rule(parts).with_timezone(Timezone::parse(&json!("America/New_York")).expect("a zone"));
    assert_eq!(all(&away).last().map(|last| last.due_date), Some(due("2026-05-03T09:00:00-04:00")));
}

#[test]
fn a_skipped_end_moves_forward_like_an_occurrence() {
    let parts = json!({ "frequency": "daily", "start_date": "2026-03-28T02:30:00", "end_date": "2026-03-29T02:30:00" });
    assert_eq!(first(9, &rule(parts)), ["2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00"]);
}
