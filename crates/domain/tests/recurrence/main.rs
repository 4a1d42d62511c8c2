//! Recurrence rules, tested through the public API.

mod after;
mod calendar;
mod clock;
mod completion;
mod follow_up;
mod parts;
mod properties;
mod table;

use domain::{Field, Occurrence, Rule, TimeOrDay};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Parses a rule, by default in Berlin's time zone.
fn rule(mut parts: Value) -> Rule {
    if parts.get("timezone").is_none() {
        parts["timezone"] = json!("Europe/Berlin");
    }
    Rule::parse(&parts).unwrap_or_else(|errors| panic!("{parts}: {errors:?}"))
}

fn due(text: &str) -> TimeOrDay {
    TimeOrDay::parse(&json!(text)).expect("a time or a day")
}

/// Iterates over all occurrences.
fn all(rule: &Rule) -> impl Iterator<Item = Occurrence> {
    std::iter::successors(rule.first(), |occurrence| rule.after(occurrence.due_date))
}

/// Formats an occurrence in the time zone of the rule.
fn shown(rule: &Rule, occurrence: &Occurrence) -> String {
    match occurrence.due_date {
        TimeOrDay::At(instant) => {
            let zone = json!(rule)["timezone"].as_str().map(TimeZone::get).expect("a zone").expect("a zone");
            instant.to_zoned(zone).strftime("%Y-%m-%dT%H:%M%:z").to_string()
        }
        TimeOrDay::On(date) => date.to_string(),
    }
}

/// Returns the first occurrences, formatted.
fn first(count: usize, rule: &Rule) -> Vec<String> {
    all(rule).take(count).map(|occurrence| shown(rule, &occurrence)).collect()
}

/// Returns the next occurrence, formatted.
fn after(rule: &Rule, last: &str) -> Option<String> {
    rule.after(due(last)).map(|occurrence| shown(rule, &occurrence))
}

/// Returns the adjustments of the first occurrences as JSON, with null for none.
fn adjustments(count: usize, rule: &Rule) -> Vec<Value> {
    all(rule).take(count).map(|occurrence| json!(occurrence.adjustment)).collect()
}
