//! Days that a rule selects.

use serde_json::{Value, json};

use super::{adjustments, first, rule};

#[test]
fn a_daily_series_repeats_every_interval_of_days() {
    let every_third = rule(json!({ "frequency": "daily", "interval": 3, "start_date": "2026-02-26" }));
    assert_eq!(first(3, &every_third), ["2026-02-26", "2026-03-01", "2026-03-04"]);
}

#[test]
fn a_weekly_series_without_weekdays_keeps_the_weekday_of_its_start() {
    let every_other = rule(json!({ "frequency": "weekly", "interval": 2, "start_date": "2026-04-02" }));
    assert_eq!(first(3, &every_other), ["2026-04-02", "2026-04-16", "2026-04-30"]);
}

#[test]
fn a_weekly_series_has_all_its_weekdays() {
    let weekdays = json!(["mon", "tue", "wed", "thu", "fri"]);
    let rule = rule(json!({ "frequency": "weekly", "by_weekday": weekdays, "start_date": "2026-04-02" }));
    assert_eq!(first(4, &rule), ["2026-04-02", "2026-04-03", "2026-04-06", "2026-04-07"]);
}

#[test]
fn a_weekly_series_begins_on_the_first_of_its_weekdays_and_counts_weeks_from_there() {
    // The start is a Thursday, after both weekdays of that week.
    let every_other = rule(
        json!({ "frequency": "weekly", "interval": 2, "by_weekday": ["mon", "wed"], "start_date": "2026-04-02" }),
    );
    assert_eq!(first(4, &every_other), ["2026-04-06", "2026-04-08", "2026-04-20", "2026-04-22"]);
}

#[test]
fn a_week_begins_on_monday() {
    // The start is a Sunday, so the next day is in another week.
    let every_other = rule(
        json!({ "frequency": "weekly", "interval": 2, "by_weekday": ["mon", "sun"], "start_date": "2026-04-05" }),
    );
    assert_eq!(first(4, &every_other), ["2026-04-05", "2026-04-13", "2026-04-19", "2026-04-27"]);
}

#[test]
fn the_31st_moves_to_the_last_day_of_shorter_months_without_drifting() {
    let started_on_the_31st = json!({ "frequency": "monthly", "start_date": "2026-01-31" });
    let with_the_31st = json!({ "frequency": "monthly", "day_of_month": 31, "start_date": "2026-01-05" });
    for parts in [started_on_the_31st, with_the_31st] {
        assert_eq!(
            first(15, &rule(parts)),
            [
                "2026-01-31",
                "2026-02-28",
                "2026-03-31",
                "2026-04-30",
                "2026-05-31",
                "2026-06-30",
                "2026-07-31",
                "2026-08-31",
                "2026-09-30",
                "2026-10-31",
                "2026-11-30",
                "2026-12-31",
                "2027-01-31",
                "2027-02-28",
                "2027-03-31",
            ]
        );
    }
}

#[test]
fn the_30th_moves_to_the_last_day_of_february_only() {
    let rule = rule(json!({ "frequency": "monthly", "day_of_month": 30, "start_date": "2028-01-30" }));
    assert_eq!(first(4, &rule), ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]);
}

#[test]
fn a_shorter_month_is_reported_with_the_day_of_the_rule() {
    let rule = rule(json!({ "frequency": "monthly", "start_date": "2026-01-31" }));
    assert_eq!(adjustments(3, &rule), [Value::Null, json!({ "shorter_month": 31 }), Value::Null]);
}

#[test]
fn the_last_day_of_each_month_is_no_adjustment() {
    let rule = rule(json!({ "frequency": "monthly", "day_of_month": "last", "start_date": "2028-01-31" }));
    assert_eq!(first(4, &rule), ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]);
    assert_eq!(adjustments(4, &rule), [const { Value::Null }; 4]);
}

#[test]
fn a_monthly_series_begins_on_the_first_match() {
    let begins = |day: Value| {
        first(
            2,
            &rule(
                json!({ "frequency": "monthly", "interval": 2, "day_of_month": day, "start_date": "2026-02-10" }),
            ),
        )
    };
    assert_eq!(begins(json!(31)), ["2026-02-28", "2026-04-30"]);
    assert_eq!(begins(json!(10)), ["2026-02-10", "2026-04-10"]);
    assert_eq!(begins(json!(5)), ["2026-03-05", "2026-05-05"]);
    assert_eq!(begins(json!("last")), ["2026-02-28", "2026-04-30"]);
}

#[test]
fn february_29_moves_to_the_28th_in_common_years() {
    let rule = rule(json!({ "frequency": "yearly", "start_date": "2024-02-29" }));
    assert_eq!(first(5, &rule), ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    assert_eq!(adjustments(2, &rule), [Value::Null, json!({ "shorter_month": 29 })]);
}

#[test]
fn the_year_2100_is_not_a_leap_year() {
    let rule = rule(json!({ "frequency": "yearly", "interval": 4, "start_date": "2096-02-29" }));
    assert_eq!(first(3, &rule), ["2096-02-29", "2100-02-28", "2104-02-29"]);
}
