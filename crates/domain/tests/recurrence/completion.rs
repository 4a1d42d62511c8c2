//! Rules with the anchor `completion`.

use serde_json::{Value, json};

use super::{after, due, rule, shown};

fn after_completion(mut parts: Value, completed: &str) -> Option<String> {
    parts["anchor"] = json!("completion");
    after(&rule(parts), completed)
}

#[test]
fn days_are_counted_from_the_day_of_completion_at_the_time_of_the_start() {
    let every_third = json!({ "frequency": "daily", "interval": 3, "start_date": "2026-05-01T09:00:00" });
    let next = after_completion(every_third.clone(), "2026-05-06T16:20:00Z");
    assert_eq!(next.as_deref(), Some("2026-05-09T09:00+02:00"));
    // In Berlin it was already the 7th.
    let next = after_completion(every_third, "2026-05-06T22:00:00Z");
    assert_eq!(next.as_deref(), Some("2026-05-10T09:00+02:00"));
}

#[test]
fn weeks_are_counted_from_the_day_of_completion() {
    let every_other = json!({ "frequency": "weekly", "interval": 2, "start_date": "2026-05-01" });
    assert_eq!(after_completion(every_other, "2026-05-06T16:20:00Z").as_deref(), Some("2026-05-20"));
}

#[test]
fn a_weekday_of_the_same_week_comes_before_the_weeks_are_counted() {
    let parts = json!({
        "frequency": "weekly", "interval": 2, "by_weekday": ["tue", "fri"], "start_date": "2026-05-01",
    });
    for (completed, next) in [
        ("2026-05-04", "2026-05-05"),
        ("2026-05-05", "2026-05-08"),
        ("2026-05-08", "2026-05-19"),
        ("2026-05-10", "2026-05-19"),
        ("2026-05-11", "2026-05-12"),
    ] {
        assert_eq!(after_completion(parts.clone(), completed).as_deref(), Some(next), "{completed}");
    }
}

#[test]
fn months_are_counted_from_the_month_of_completion() {
    let on_the_31st = json!({ "frequency": "monthly", "day_of_month": 31, "start_date": "2026-01-31" });
    assert_eq!(after_completion(on_the_31st.clone(), "2026-01-02").as_deref(), Some("2026-02-28"));
    assert_eq!(after_completion(on_the_31st, "2026-02-28").as_deref(), Some("2026-03-31"));
    let on_the_last =
        json!({ "frequency": "monthly", "interval": 2, "day_of_month": "last", "start_date": "2026-01-31" });
    assert_eq!(after_completion(on_the_last, "2026-02-03").as_deref(), Some("2026-04-30"));
}

#[test]
fn a_month_later_is_the_same_day_or_the_last_one() {
    let parts = json!({ "frequency": "monthly", "start_date": "2026-01-05", "anchor": "completion" });
    assert_eq!(after_completion(parts.clone(), "2026-03-18").as_deref(), Some("2026-04-18"));
    let next = rule(parts).after(due("2026-03-31")).expect("one more");
    assert_eq!(
        json!(next),
        json!({ "due_date": { "on": "2026-04-30" }, "adjustment": { "shorter_month": 31 } })
    );
}

#[test]
fn a_year_later_is_the_same_day_or_february_28() {
    let parts = json!({ "frequency": "yearly", "start_date": "2026-01-05" });
    assert_eq!(after_completion(parts.clone(), "2028-02-29").as_deref(), Some("2029-02-28"));
    assert_eq!(after_completion(parts, "2026-05-06T16:20:00Z").as_deref(), Some("2027-05-06"));
}

#[test]
fn the_end_applies_too() {
    let parts =
        json!({ "frequency": "daily", "interval": 3, "start_date": "2026-05-01", "end_date": "2026-05-09" });
    assert_eq!(after_completion(parts.clone(), "2026-05-06").as_deref(), Some("2026-05-09"));
    assert_eq!(after_completion(parts, "2026-05-07"), None);
}

#[test]
fn completing_the_first_occurrence_early_starts_the_series() {
    let parts = json!({ "frequency": "daily", "interval": 3, "start_date": "2026-05-20" });
    assert_eq!(after_completion(parts, "2026-05-06").as_deref(), Some("2026-05-09"));
}

#[test]
fn later_occurrences_assume_completion_on_the_due_date() {
    let rule =
        rule(json!({ "frequency": "weekly", "start_date": "2026-05-01T09:00:00", "anchor": "completion" }));
    let next: Vec<_> =
        rule.all_after(due("2026-05-06")).take(2).map(|occurrence| shown(&rule, &occurrence)).collect();
    assert_eq!(next, ["2026-05-13T09:00+02:00", "2026-05-20T09:00+02:00"]);
}
