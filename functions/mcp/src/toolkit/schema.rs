//! Tools as `tools/list` describes them.

use domain::{Field, IdempotencyKey, Priority};
use rust_mcp_schema as schema;
use serde_json::{Value, json};

use super::inputs::IDEMPOTENCY_KEY;
use super::tool::{Effect, Tool};

const KEY_DESCRIPTION: &str = "Unique name of this call, without spaces, such as a UUID. If no answer \
    arrives, repeat the call with the same key: its work is done only once.";

/// Returns the tool's entry in `tools/list`.
pub fn describe<T: Tool>() -> schema::Tool {
    let (mut input, mut output) = (input_schema::<T>(), T::output());
    if T::EFFECT != Effect::Read {
        let mut key = IdempotencyKey::schema();
        key["description"] = KEY_DESCRIPTION.into();
        simplify(&mut key);
        input["properties"][IDEMPOTENCY_KEY] = key;
    }
    simplify(&mut output);
    schema::Tool {
        name: T::NAME.into(),
        title: Some(T::TITLE.into()),
        description: Some(T::DESCRIPTION.into()),
        annotations: Some(schema::ToolAnnotations {
            title: None,
            read_only_hint: Some(T::EFFECT == Effect::Read),
            destructive_hint: Some(T::EFFECT == Effect::Destroy),
            idempotent_hint: Some(T::IS_IDEMPOTENT),
            open_world_hint: Some(false),
        }),
        input_schema: serde_json::from_value(input).expect("the schema of an object"),
        output_schema: Some(serde_json::from_value(output).expect("the schema of an object")),
        icons: Vec::new(),
        meta: None,
    }
}

/// Returns the schema of the arguments, without the idempotency key.
pub fn input_schema<T: Tool>() -> Value {
    let mut schema = T::Input::schema();
    // The tool's own description takes its place.
    schema.as_object_mut().map(|members| members.shift_remove("description"));
    simplify(&mut schema);
    schema
}

/// Removes keywords that some clients cannot read. Parsing still enforces them.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(simplify),
        Value::Object(members) => {
            // The only reference is the one to the hundreds of time zones.
            if members.shift_remove("$ref").is_some() {
                members.insert("type".into(), "string".into());
                members.insert("examples".into(), json!(["Europe/Berlin"]));
            }
            // The pattern accepts these words in any letter case.
            if members.shift_remove("pattern").is_some_and(|pattern| pattern == Priority::schema()["pattern"])
            {
                members.insert("enum".into(), json!(["low", "medium", "high"]));
            }
            members.shift_remove("uniqueItems");
            if let Some(Value::String(constant)) = members.get("const").cloned() {
                members.shift_remove("const");
                members.insert("type".into(), "string".into());
                members.insert("enum".into(), json!([constant]));
            }
            members.values_mut().for_each(simplify);
        }
        _ => {}
    }
}
