//! Times, as the person's clocks show them.

use domain::{Field, Moment, Timezone};
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

/// Has all times in it shown with the offset of the person's zone.
pub fn localise(data: &mut Value) {
    let Some(zone) = store::zone().and_then(|zone| Timezone::parse(&json!(zone)).ok()) else { return };
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
