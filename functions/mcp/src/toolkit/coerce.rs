//! Arguments whose JSON type or letter case differs from the schema, although their meaning is clear.

use domain::{Errors, FieldError};
use serde_json::Value;

/// Maximum number of items of a text that become a list. No list may have as many, so the rest is ignored.
const MAX_ITEMS: usize = 1000;

/// Returns the arguments with each rejected value converted to the type in the schema; `None` if nothing can
/// be converted. Blank values are removed if `null_is_missing`.
pub fn coerce(arguments: &Value, errors: &Errors, schema: &Value, null_is_missing: bool) -> Option<Value> {
    let mut coerced = arguments.clone();
    for FieldError { pointer, .. } in errors.iter() {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        let Some(value) = arguments.pointer(pointer) else { continue };
        if is_blank(value) {
            if null_is_missing
                && let Some(members) = coerced.pointer_mut(parent).and_then(Value::as_object_mut)
            {
                members.shift_remove(name);
            }
        } else if let (Some(text), Some(target)) = (value.as_str(), coerced.pointer_mut(pointer)) {
            let text = text.trim();
            *target = schema_at(schema, pointer)
                .and_then(|schema| parse_as(text, schema))
                .unwrap_or_else(|| text.into());
        }
    }
    (coerced != *arguments).then_some(coerced)
}

/// True for `null` and blank text, which some models send for every argument that they leave out.
pub fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The part of the schema that describes the value at the pointer.
fn schema_at<'a>(schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(schema, |schema, name| match schema.get("items") {
        Some(items) if name.parse::<usize>().is_ok() => Some(items),
        _ => schema.get("properties")?.get(name),
    })
}

/// Parses the text as a value of the schema.
fn parse_as(text: &str, schema: &Value) -> Option<Value> {
    if let Some(alternatives) = schema["anyOf"].as_array() {
        return alternatives.iter().find_map(|schema| parse_as(text, schema));
    }
    let lower = text.to_lowercase();
    match schema["type"].as_str()? {
        // JSON inside a JSON string.
        "array" | "object" if text.starts_with(['[', '{']) => web::parse_json(text),
        "array" => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            let items = items.take(MAX_ITEMS);
            Some(items.map(|item| parse_as(item, &schema["items"]).unwrap_or_else(|| item.into())).collect())
        }
        "boolean" => lower.parse::<bool>().ok().map(Value::from),
        "integer" => lower.parse::<i64>().ok().map(Value::from),
        "string" => schema["enum"].as_array()?.iter().find(|word| **word == *lower).cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn coerced(schema: Value, value: Value) -> Option<Value> {
        let schema = json!({ "properties": { "it": schema } });
        let errors = domain::wrong_member("it", "is wrong");
        coerce(&json!({ "it": value, "other": null }), &errors, &schema, true)
            .map(|arguments| arguments["it"].clone())
    }

    #[test]
    fn a_value_of_another_type_or_case_is_converted() {
        let words = json!({ "type": "string", "enum": ["daily", "weekly"] });
        let day = json!({ "anyOf": [{ "type": "integer" }, { "type": "string", "enum": ["last"] }] });
        for (schema, sent, expected) in [
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
            assert_eq!(coerced(schema.clone(), sent.clone()), Some(expected), "{sent}");
        }
    }

    #[test]
    fn a_long_text_becomes_a_list_that_is_too_long_and_no_longer() {
        let list = coerced(json!({ "type": "array" }), "a,".repeat(400_000).into()).expect("a list");
        assert_eq!(list.as_array().map(Vec::len), Some(MAX_ITEMS));
        let nested = format!("[{}0]", "0,".repeat(400_000));
        assert_eq!(coerced(json!({ "type": "array" }), nested.into()), None);
    }

    #[test]
    fn an_unknown_value_is_left_alone() {
        let words = json!({ "type": "string", "enum": ["daily", "weekly"] });
        for (schema, sent) in
            [(&words, json!("fortnightly")), (&words, json!(7)), (&words, json!(["weekly"]))]
        {
            assert_eq!(coerced(schema.clone(), sent.clone()), None, "{sent}");
        }
    }
}
