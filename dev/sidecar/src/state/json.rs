//! JSON as Dapr stores it, after Go has decoded and encoded it.

use serde_json::{Number, Value};

/// Sorts the members of objects, and rounds all numbers to 64-bit floats.
pub fn normalize(mut value: Value) -> Value {
    value.sort_all_objects();
    round_numbers(&mut value);
    value
}

fn round_numbers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round_numbers),
        Value::Object(members) => members.values_mut().for_each(round_numbers),
        Value::Number(number) => {
            let float = number.as_f64().unwrap_or_default();
            let is_whole = float.fract() == 0.0 && float.abs() < 9e18;
            let rounded = if is_whole { Some(Number::from(float as i64)) } else { Number::from_f64(float) };
            rounded.into_iter().for_each(|rounded| *number = rounded);
        }
        _ => {}
    }
}
