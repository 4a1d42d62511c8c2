//! Times, as the person's clocks show them.

use domain::{DueDate, EXAMPLE_TIME, Field, Moment, Timezone};
use serde_json::{Value, json};

/// The members that are times, wherever they are.
const TIMES: [&str; 14] = [
    "due_date",
    "created_at",
    "updated_at",
    "completed_at",
    "deleted_at",
    "next_occurrence",
    "next_occurrences",
    "start_date",
    "end_date",
    "at",
    "remind_at",
    "sent_at",
    "read_at",
    "occurred_at",
];

/// The person's zone, once the database has told it.
fn zone() -> Option<Timezone> {
    Timezone::parse(&json!(store::zone()?)).ok()
}

/// What time it is for the person, to the second: not every model knows.
pub fn now() -> Option<String> {
    let (zone, now) = (zone()?, Moment::from_ms(web::now_ms() / 1000 * 1000));
    let DueDate::On(today) = DueDate::today(now, &zone) else { return None };
    Some(format!("{:?} {}", today.weekday(), now.in_zone(&zone.rules())))
}

/// A time in what is said to be wrong, as the person's clocks show it: it is what is written next.
pub fn as_here(detail: &str) -> String {
    let here = zone().zip(Moment::parse(&json!(EXAMPLE_TIME)).ok()).map(|(zone, moment)| moment.in_zone(&zone.rules()));
    here.map_or_else(|| detail.to_owned(), |here| detail.replace(EXAMPLE_TIME, &here))
}

/// Has all times in it shown with the offset of the person's zone.
pub fn localise(data: &mut Value) {
    let Some(zone) = zone() else { return };
    let rules = zone.rules();
    walk(data, false, &|moment| moment.in_zone(&rules));
}

fn walk(value: &mut Value, is_time: bool, show: &impl Fn(Moment) -> String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                walk(value, is_time || TIMES.contains(&name.as_str()), show);
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|value| walk(value, is_time, show)),
        Value::String(text) if is_time => {
            if let Ok(moment) = Moment::parse(&json!(text)) {
                *text = show(moment);
            }
        }
        _ => {}
    }
}
