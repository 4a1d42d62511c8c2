//! What models send in another shape than the schema has it, although it is clear what they mean.

use domain::{Errors, FieldError};
use serde_json::Value;

/// The arguments with whatever is wrong in another shape, if there is one that says the same.
pub fn mended(arguments: &Value, errors: &Errors, schema: &Value, takes_null: bool) -> Option<Value> {
    let mut mended = arguments.clone();
    for FieldError { pointer, .. } in errors {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        let Some(value) = arguments.pointer(pointer) else { continue };
        if says_nothing(value) {
            if takes_null && let Some(members) = mended.pointer_mut(parent).and_then(Value::as_object_mut) {
                members.shift_remove(name);
            }
        } else if let (Some(text), Some(place)) = (value.as_str(), mended.pointer_mut(pointer)) {
            let text = text.trim();
            *place = at(schema, pointer).and_then(|schema| shaped(text, schema)).unwrap_or_else(|| text.into());
        }
    }
    (mended != *arguments).then_some(mended)
}

/// Some models send every argument that they know of.
pub fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The schema of what stands there.
fn at<'a>(schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(schema, |schema, name| match schema.get("items") {
        Some(items) if name.parse::<usize>().is_ok() => Some(items),
        _ => schema.get("properties")?.get(name),
    })
}

/// The text as the schema has it.
fn shaped(text: &str, schema: &Value) -> Option<Value> {
    if let Some(kinds) = schema["anyOf"].as_array() {
        return kinds.iter().find_map(|kind| shaped(text, kind));
    }
    let small = text.to_lowercase();
    match schema["type"].as_str()? {
        // JSON in JSON.
        "array" | "object" if text.starts_with(['[', '{']) => serde_json::from_str(text).ok(),
        "array" => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(|item| shaped(item, &schema["items"]).unwrap_or_else(|| item.into())).collect())
        }
        "boolean" => small.parse::<bool>().ok().map(Value::from),
        "integer" => small.parse::<i64>().ok().map(Value::from),
        "string" => schema["enum"].as_array()?.iter().find(|word| **word == *small).cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tried(schema: Value, value: Value) -> Option<Value> {
        let schema = json!({ "properties": { "it": schema } });
        let errors = domain::wrong_member("it", "is wrong");
        mended(&json!({ "it": value, "other": null }), &errors, &schema, true).map(|all| all["it"].clone())
    }

    #[test]
    fn what_means_the_same_is_taken_as_that() {
        let words = json!({ "type": "string", "enum": ["daily", "weekly"] });
        let day = json!({ "anyOf": [{ "type": "integer" }, { "type": "string", "enum": ["last"] }] });
        for (schema, sent, meant) in [
            (&words, json!(" Weekly "), json!("weekly")),
            (&day, json!("15"), json!(15)),
            (&day, json!("Last"), json!("last")),
            (&json!({ "type": "array" }), json!("work, Home"), json!(["work", "Home"])),
            (&json!({ "type": "array", "items": words }), json!("Weekly"), json!(["weekly"])),
            (&json!({ "type": "array" }), json!("[\"a, b\"]"), json!(["a, b"])),
            (&json!({ "type": "object" }), json!("{\"a\": [1]}"), json!({ "a": [1] })),
            (&json!({ "type": "boolean" }), json!("True"), json!(true)),
            (&json!({ "format": "date" }), json!(" 2031-01-05 "), json!("2031-01-05")),
            (&words, json!(""), Value::Null),
            (&words, json!(null), Value::Null),
        ] {
            assert_eq!(tried(schema.clone(), sent.clone()), Some(meant), "{sent}");
        }
    }

    #[test]
    fn what_means_nothing_known_stays_as_it_is() {
        let words = json!({ "type": "string", "enum": ["daily", "weekly"] });
        for (schema, sent) in [(&words, json!("fortnightly")), (&words, json!(7)), (&words, json!(["weekly"]))] {
            assert_eq!(tried(schema.clone(), sent.clone()), None, "{sent}");
        }
    }
}
