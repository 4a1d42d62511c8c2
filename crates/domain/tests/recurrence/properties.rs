//! Properties of all rules.

use domain::{DayOfMonth, Field, Occurrence, Rule, RuleParts, TimeOrDay, WallClock};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::all;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Time zones that change their clocks by an hour, by half an hour, at midnight, by a whole day, and never.
const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kolkata",
];

fn days(years: std::ops::Range<i16>) -> impl Strategy<Value = Date> {
    (years, 1..=12_i8, 1..=31_i8)
        .prop_filter_map("no such day", |(year, month, day)| Date::new(year, month, day).ok())
}

fn wall_clocks(years: std::ops::Range<i16>) -> impl Strategy<Value = String> {
    let times = select(vec![
        "",
        "T00:00:00",
        "T00:00:30",
        "T01:45:00",
        "T02:15:00",
        "T02:30:00",
        "T09:00:00",
        "T23:45:00",
    ]);
    (days(years), times).prop_map(|(day, time)| format!("{day}{time}"))
}

fn instants(years: std::ops::Range<i16>) -> impl Strategy<Value = Timestamp> {
    (days(years), 0..86_400_i64).prop_filter_map("no such time", |(day, second)| {
        let midnight = TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()?;
        midnight.checked_add(SignedDuration::from_secs(second)).ok()
    })
}

fn moments(years: std::ops::Range<i16>) -> impl Strategy<Value = TimeOrDay> {
    prop_oneof![instants(years.clone()).prop_map(TimeOrDay::At), days(years).prop_map(TimeOrDay::On)]
}

/// Rules without start and end, as JSON.
fn cycles(intervals: std::ops::RangeInclusive<u16>) -> impl Strategy<Value = Value> {
    let day_of_month = prop_oneof![(1..=31).prop_map(|day| json!(day)), Just(json!("last"))];
    let cycle = prop_oneof![
        Just(json!({ "frequency": "daily" })),
        Just(json!({ "frequency": "weekly" })),
        subsequence(WEEKDAYS.to_vec(), 1..=7)
            .prop_map(|days| json!({ "frequency": "weekly", "by_weekday": days })),
        Just(json!({ "frequency": "monthly" })),
        day_of_month.prop_map(|day| json!({ "frequency": "monthly", "day_of_month": day })),
        Just(json!({ "frequency": "yearly" })),
    ];
    (cycle, intervals).prop_map(|(mut cycle, interval)| {
        cycle["interval"] = json!(interval);
        cycle
    })
}

/// Rules without an end.
fn endless(years: std::ops::Range<i16>, anchors: &'static [&str]) -> impl Strategy<Value = Rule> {
    let intervals =
        prop_oneof![3 => 1..=5_u16, 1 => 1..=999_u16].prop_flat_map(|interval| cycles(interval..=interval));
    (intervals, wall_clocks(years), select(ZONES.to_vec()), select(anchors)).prop_filter_map(
        "starts too late",
        |(mut parts, start, zone, anchor)| {
            parts["start_date"] = json!(start);
            parts["timezone"] = json!(zone);
            parts["anchor"] = json!(anchor);
            Rule::parse(&parts).ok()
        },
    )
}

/// Rules with occurrences near a clock change, and instants around it.
fn around_clock_changes() -> impl Strategy<Value = (Rule, TimeOrDay)> {
    let intervals = cycles(1..=2);
    let minutes = |most: i64| (-most..=most).prop_map(SignedDuration::from_mins);
    (intervals, select(ZONES.to_vec()), instants(1970..2040), minutes(90), minutes(2 * 24 * 60))
        .prop_filter_map("no change any more", |(mut parts, zone, earlier, to_time, to_moment)| {
            let rules = TimeZone::get(zone).ok()?;
            let change = rules.following(earlier).next()?.timestamp();
            let met = rules.to_datetime(change.checked_add(to_time).ok()?);
            parts["start_date"] =
                json!(met.checked_sub(SignedDuration::from_hours(28 * 24)).ok()?.to_string());
            parts["timezone"] = json!(zone);
            Some((Rule::parse(&parts).ok()?, TimeOrDay::At(change.checked_add(to_moment).ok()?)))
        })
}

const SCHEDULE: &[&str] = &["schedule"];
const BOTH: &[&str] = &["schedule", "completion"];

/// Rules with an end and at least one occurrence.
fn ending(anchors: &'static [&str]) -> impl Strategy<Value = Rule> {
    (endless(1990..2040, anchors), wall_clocks(1990..2050)).prop_filter_map(
        "ends before it begins",
        |(rule, end)| {
            let end_date = WallClock::parse(&json!(end)).ok();
            Rule::new(RuleParts { end_date, ..rule.parts().clone() }).ok()
        },
    )
}

fn day_in(zone: &str, due: TimeOrDay) -> Date {
    match due {
        TimeOrDay::At(instant) => TimeZone::get(zone).expect("a zone").to_datetime(instant).date(),
        TimeOrDay::On(day) => day,
    }
}

fn is_after(rule: &Rule, due: TimeOrDay, other: TimeOrDay) -> bool {
    let written = json!(rule);
    let zone = written["timezone"].as_str().expect("a zone");
    match (due, other) {
        (TimeOrDay::At(due), TimeOrDay::At(other)) => due > other,
        _ => day_in(zone, due) > day_in(zone, other),
    }
}

/// Returns true if a rule without a time selects that day, straight from the definition of its parts.
fn is_selected(parts: &Value, start: Date, first: Date, day: Date) -> bool {
    let interval = parts["interval"].as_i64().expect("a number");
    let days = |from: Date, to: Date| from.duration_until(to).as_hours() / 24;
    let monday = |day: Date| days(Date::constant(1900, 1, 1), day) / 7;
    let months = i64::from(day.year() - first.year()) * 12 + i64::from(day.month() - first.month());
    let month_day = parts["day_of_month"].as_i64().unwrap_or(start.day().into());
    let month_day = if parts["day_of_month"] == "last" { 31 } else { month_day };
    let is_the_day = i64::from(day.day()) == month_day.min(day.days_in_month().into());
    match (parts["frequency"].as_str(), parts["by_weekday"].as_array()) {
        (Some("daily"), _) => days(first, day) % interval == 0,
        (Some("weekly"), None) => days(first, day) % (7 * interval) == 0,
        (Some("weekly"), Some(weekdays)) => {
            let word = WEEKDAYS[day.weekday().to_monday_zero_offset().unsigned_abs() as usize];
            (monday(day) - monday(first)) % interval == 0 && weekdays.iter().any(|weekday| weekday == word)
        }
        (Some("monthly"), _) => is_the_day && months % interval == 0,
        (Some("yearly"), _) => is_the_day && day.month() == start.month() && months % (12 * interval) == 0,
        _ => unreachable!("no other frequency"),
    }
}

/// Finds the days that a rule selects by testing every day.
fn selected_days(parts: &Value, start: Date) -> impl Iterator<Item = Date> {
    let from = |day: Date| std::iter::successors(Some(day), |day| day.tomorrow().ok());
    let mut every_one = parts.clone();
    every_one["interval"] = json!(1);
    let first = from(start).find(|day| is_selected(&every_one, start, start, *day)).expect("there is one");
    from(first).filter(move |day| is_selected(parts, start, first, *day))
}

proptest! {
    #[test]
    fn no_period_is_skipped_or_repeated(parts in cycles(1..=4), start in days(1990..2040)) {
        let mut whole = parts.clone();
        whole["start_date"] = json!(start.to_string());
        whole["timezone"] = json!("UTC");
        let rule = Rule::parse(&whole).expect("valid");
        let found: Vec<_> = all(&rule).take(12).map(|occurrence| occurrence.due_date).collect();
        let expected: Vec<_> = selected_days(&parts, start).take(12).map(TimeOrDay::On).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn the_next_occurrence_equals_the_one_found_by_iteration(
        rule in endless(2000..2030, SCHEDULE), moment in moments(2000..2031),
    ) {
        let found = all(&rule).find(|occurrence| is_after(&rule, occurrence.due_date, moment));
        prop_assert_eq!(rule.after(moment), found);
    }

    #[test]
    fn the_next_occurrence_near_a_clock_change_equals_the_one_found_by_iteration((rule, moment) in around_clock_changes()) {
        let found = all(&rule).find(|occurrence| is_after(&rule, occurrence.due_date, moment));
        prop_assert_eq!(rule.after(moment), found);
    }

    #[test]
    fn occurrences_are_in_ascending_order(rule in ending(BOTH), moment in moments(1990..2050)) {
        let mut last = moment;
        for occurrence in rule.all_after(moment).take(30) {
            prop_assert!(is_after(&rule, occurrence.due_date, last), "{:?} after {:?}", occurrence, last);
            last = occurrence.due_date;
        }
    }

    #[test]
    fn no_occurrence_is_before_the_start_or_after_the_end(rule in ending(SCHEDULE), moment in moments(1980..2050)) {
        let written = json!(rule);
        let local = |due: TimeOrDay| WallClock::in_zone(due, &rule.parts().timezone).to_string();
        for Occurrence { due_date, .. } in rule.all_after(moment).take(30) {
            prop_assert!(local(due_date).as_str() >= written["start_date"].as_str().expect("a start"));
            let end = written["end_date"].as_str().expect("an end");
            // An end without a time is compared by day.
            let length = end.len().min(local(due_date).len());
            prop_assert!(local(due_date)[..length] <= end[..length]);
        }
    }

    #[test]
    fn the_day_of_the_month_is_never_lost(
        day in 1..=31_i8, interval in 1..=30_u16, start in wall_clocks(1990..2030), zone in select(ZONES.to_vec()),
    ) {
        let rule = Rule::parse(&json!({
            "frequency": "monthly", "interval": interval, "day_of_month": day, "start_date": start, "timezone": zone,
        })).expect("valid");
        for occurrence in all(&rule).take(60) {
            let adjustment = occurrence.adjustment.unwrap_or_default();
            let found = day_in(zone, occurrence.due_date);
            let is_shorter = found.days_in_month() < day;
            prop_assert_eq!(adjustment.shorter_month, is_shorter.then_some(DayOfMonth::Number(day)));
            // Samoa had no December 30 in 2011.
            if adjustment.skipped_time.is_none() {
                prop_assert_eq!(found.day(), day.min(found.days_in_month()));
            }
        }
    }

    #[test]
    fn the_local_time_is_the_same_unless_it_is_skipped(
        rule in endless(1990..2040, BOTH), moment in moments(1990..2040),
    ) {
        let written = json!(rule);
        let time = &written["start_date"].as_str().expect("a start")[10..];
        for occurrence in rule.all_after(moment).take(20) {
            let local = WallClock::in_zone(occurrence.due_date, &rule.parts().timezone).to_string();
            match occurrence.adjustment.unwrap_or_default().skipped_time {
                Some(skipped) => prop_assert!(local > skipped.to_string()),
                None => prop_assert_eq!(&local[10..], time),
            }
        }
    }

    #[test]
    fn rules_and_occurrences_survive_a_round_trip(rule in ending(BOTH), moment in moments(1990..2050)) {
        let text = json!(rule).to_string();
        prop_assert_eq!(Rule::parse(&serde_json::from_str(&text).expect("JSON")), Ok(rule.clone()));
        if let Some(occurrence) = rule.after(moment) {
            let text = json!(occurrence).to_string();
            prop_assert_eq!(Occurrence::parse(&serde_json::from_str(&text).expect("JSON")), Ok(occurrence));
        }
    }

    #[test]
    fn no_date_makes_a_rule_panic(rule in endless(0..9999, BOTH), moment in moments(-9999..9999)) {
        let first_and_last = [Timestamp::MIN, Timestamp::MAX].map(TimeOrDay::At).into_iter();
        let first_and_last = first_and_last.chain([Date::MIN, Date::MAX].map(TimeOrDay::On));
        for moment in first_and_last.chain([moment]) {
            prop_assert!(rule.all_after(moment).take(3).all(|next| is_after(&rule, next.due_date, moment)));
        }
    }

    #[test]
    fn no_value_makes_the_parser_panic(text in any::<String>(), number in any::<i64>()) {
        for value in [json!(text), json!(number), json!([text])] {
            for member in ["frequency", "interval", "by_weekday", "day_of_month", "anchor", "start_date", "end_date"] {
                let mut parts = json!({ "frequency": "weekly", "start_date": "2026-05-01", "timezone": "UTC" });
                parts[member] = value.clone();
                let _ = Rule::parse(&parts);
            }
        }
    }
}
