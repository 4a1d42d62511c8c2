//! Occurrences after a completion, and the open occurrence after a change of the rule.

use domain::{Field, Moment, Rule, WallClock};
use serde_json::{Value, json};

use super::{rule, shown};

fn moment(text: &str) -> Moment {
    Moment::parse(&json!(text)).expect("a time")
}

fn wall(text: &str) -> WallClock {
    WallClock::parse(&json!(text)).expect("a place")
}

/// Missed occurrences and the next one.
fn follow_up(rule: &Rule, place: &str, done: &str) -> (Vec<String>, Option<String>) {
    let follow_up = rule.follow_up(wall(place), moment(done));
    let missed = follow_up.missed.iter().map(|missed| shown(rule, missed)).collect();
    (missed, follow_up.next.map(|next| shown(rule, &next)))
}

fn reschedule(rule: &Rule, open: &str, finished: Option<(&str, &str)>, now: &str) -> Option<String> {
    let finished = finished.map(|(place, done)| (wall(place), moment(done)));
    rule.reschedule(wall(open), finished, moment(now)).map(|moved| shown(rule, &moved))
}

fn daily(start: &str) -> Value {
    json!({ "frequency": "daily", "interval": 1, "anchor": "schedule", "start_date": start })
}

#[test]
fn completing_in_time_or_early_misses_nothing() {
    let nine = rule(daily("2026-11-01T09:00:00"));
    let next = |day: &str| (Vec::new(), Some(format!("2026-11-{day}T09:00+01:00")));
    assert_eq!(follow_up(&nine, "2026-11-05T09:00:00", "2026-11-05T07:00:00Z"), next("06"));
    assert_eq!(follow_up(&nine, "2026-11-05T09:00:00", "2026-11-05T12:00:00Z"), next("06"));
    assert_eq!(follow_up(&nine, "2026-11-05T09:00:00", "2026-11-01T12:00:00Z"), next("06"));
}

#[test]
fn completing_late_returns_all_missed_occurrences_and_the_next_one() {
    let nine = rule(daily("2026-11-01T09:00:00"));
    let (missed, next) = follow_up(&nine, "2026-11-05T09:00:00", "2026-11-08T08:00:00Z");
    assert_eq!(missed, ["2026-11-06T09:00+01:00", "2026-11-07T09:00+01:00", "2026-11-08T09:00+01:00"]);
    assert_eq!(next.as_deref(), Some("2026-11-09T09:00+01:00"));
}

#[test]
fn a_day_is_missed_once_it_is_over_in_the_time_zone_of_the_series() {
    let days = rule(daily("2026-11-01"));
    let expected = |missed: &[&str], next: &str| {
        (missed.iter().map(ToString::to_string).collect(), Some(next.to_owned()))
    };
    // Five to midnight in Berlin, and five past.
    assert_eq!(follow_up(&days, "2026-11-05", "2026-11-06T22:55:00Z"), expected(&[], "2026-11-06"));
    assert_eq!(
        follow_up(&days, "2026-11-05", "2026-11-06T23:05:00Z"),
        expected(&["2026-11-06"], "2026-11-07")
    );
}

#[test]
fn missed_occurrences_go_back_one_year_at_most() {
    for start in ["2011-01-01T09:00:00", "2011-01-01"] {
        let (missed, next) = follow_up(&rule(daily(start)), start, "2026-11-08T12:00:00Z");
        assert!((365..=366).contains(&missed.len()), "{}", missed.len());
        assert!(missed[0].starts_with("2025-11-08") || missed[0].starts_with("2025-11-09"), "{}", missed[0]);
        assert!(next.is_some_and(|next| next.starts_with("2026-11-0")));
    }
}

#[test]
fn after_the_end_there_are_missed_occurrences_but_no_next_one() {
    let mut parts = daily("2026-11-01");
    parts["end_date"] = json!("2026-11-07");
    let (missed, next) = follow_up(&rule(parts), "2026-11-05", "2026-12-24T12:00:00Z");
    assert_eq!((missed, next), (vec!["2026-11-06".to_owned(), "2026-11-07".to_owned()], None));
}

#[test]
fn with_the_anchor_completion_nothing_is_missed() {
    let mut parts = daily("2026-11-01T09:00:00");
    parts["anchor"] = json!("completion");
    let next = follow_up(&rule(parts), "2026-11-01T09:00:00", "2026-11-20T12:00:00Z");
    assert_eq!(next, (Vec::new(), Some("2026-11-21T09:00+01:00".to_owned())));
}

#[test]
fn the_open_occurrence_keeps_a_place_that_the_new_rule_has_too() {
    let every_other = rule(
        json!({ "frequency": "daily", "interval": 2, "anchor": "schedule", "start_date": "2026-11-01" }),
    );
    assert_eq!(
        reschedule(&every_other, "2026-11-05", None, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-11-05")
    );
}

#[test]
fn otherwise_it_moves_to_the_next_future_place() {
    let tuesdays = rule(json!({
        "frequency": "weekly", "interval": 1, "by_weekday": ["tue"], "anchor": "schedule", "start_date": "2026-11-02T09:00:00",
    }));
    let moved = |open, finished, now| reschedule(&tuesdays, open, finished, now);
    // From a future Monday, and from a past one.
    let finished = Some(("2026-11-16T09:00:00", "2026-11-16T10:00:00Z"));
    assert_eq!(
        moved("2026-11-23T09:00:00", finished, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-11-24T09:00+01:00")
    );
    assert_eq!(
        moved("2026-11-09T09:00:00", None, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-11-24T09:00+01:00")
    );
    // Never to a day whose occurrence is finished.
    let early = Some(("2026-11-24T08:00:00", "2026-11-20T10:00:00Z"));
    assert_eq!(
        moved("2026-11-30T09:00:00", early, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-12-01T09:00+01:00")
    );
}

#[test]
fn with_the_anchor_completion_it_follows_the_last_completion() {
    let weekly = rule(
        json!({ "frequency": "weekly", "interval": 1, "anchor": "completion", "start_date": "2026-11-02T09:00:00" }),
    );
    let finished = Some(("2026-11-02T09:00:00", "2026-11-12T10:00:00Z"));
    assert_eq!(
        reschedule(&weekly, "2026-11-15T09:00:00", finished, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-11-19T09:00+01:00")
    );
    assert_eq!(
        reschedule(&weekly, "2026-11-02T09:00:00", None, "2026-11-20T12:00:00Z").as_deref(),
        Some("2026-11-02T09:00+01:00")
    );
}

#[test]
fn a_rule_that_has_ended_leaves_no_open_occurrence() {
    let mut parts = daily("2026-11-01");
    parts["end_date"] = json!("2026-11-07");
    assert_eq!(reschedule(&rule(parts), "2026-11-09", None, "2026-11-08T12:00:00Z"), None);
}
