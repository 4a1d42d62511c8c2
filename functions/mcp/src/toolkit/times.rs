//! Times in the user's time zone.

use domain::shape::TIMES;
use domain::{EXAMPLE_TIME, Field, Moment, TimeOrDay, Timezone};
use serde_json::{Value, json};
use store::Context;

/// Returns the user's zone; `None` before the first call of the database.
pub fn zone_of(context: &Context) -> Option<Timezone> {
    Timezone::parse(&json!(context.zone()?)).ok()
}

/// Weekday and time of now, to the second: not every model knows them.
pub fn now(zone: &Timezone) -> Option<String> {
    let now = Moment::from_ms(web::now_ms() / 1000 * 1000);
    let TimeOrDay::On(today) = TimeOrDay::today(now, zone) else { return None };
    Some(format!("{:?} {}", today.weekday(), now.in_zone(&zone.rules())))
}

/// Shows the example time of an error message in the user's zone, because models copy its offset.
pub fn localise_example(detail: &str, zone: Option<&Timezone>) -> String {
    let example = Moment::parse(&json!(EXAMPLE_TIME)).ok();
    let local = zone.zip(example).map(|(zone, moment)| moment.in_zone(&zone.rules()));
    local.map_or_else(|| detail.to_owned(), |local| detail.replace(EXAMPLE_TIME, &local))
}

/// Rewrites all times in the data with the offset of the user's zone.
pub fn localise(data: &mut Value, zone: Option<&Timezone>) {
    let Some(zone) = zone else { return };
    let rules = zone.rules();
    rewrite(data, false, &|moment| moment.in_zone(&rules));
}

fn rewrite(value: &mut Value, is_time: bool, show: &impl Fn(Moment) -> String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                rewrite(value, is_time || TIMES.contains(&name.as_str()), show);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rewrite(value, is_time, show)),
        Value::String(text) if is_time => {
            if let Ok(moment) = Moment::parse(&json!(text)) {
                *text = show(moment);
            }
        }
        _ => {}
    }
}
