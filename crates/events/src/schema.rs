//! JSON schemas of events. A test keeps the files in `schemas/` equal to them.

use domain::Field;
use serde_json::{Value, json};

use crate::{Kind, Subject};

/// Returns the schema of a kind of event. `state` is the schema of its subject before and
/// after the change.
pub fn schema(kind: &Kind, state: Value) -> Value {
    let text = json!({ "type": "string" });
    let id = json!({ "type": "string", "format": "uuid" });
    let time = json!({ "type": "string", "format": "date-time" });
    let or_null = |schema: &Value| json!({ "anyOf": [schema, { "type": "null" }] });
    // Events only gain members, so schemas of their parts are open.
    let open = |mut schema: Value| {
        if let Some(members) = schema.as_object_mut() {
            members.remove("additionalProperties");
        }
        schema
    };
    let (name, more) = match kind.subject {
        Subject::Task => ("task_id", None),
        Subject::Series => ("recurring_task_id", None),
        Subject::Reminder => ("reminder_id", Some("task_id")),
        Subject::Security => ("task_id", None),
    };
    let state = open(state);
    let (null, is_security) = (json!({ "type": "null" }), kind.subject == Subject::Security);
    let (before, after) = match kind.name {
        "recurring.generated" | "recurring.withdrawn" => (null.clone(), null),
        "task.created" | "task.conflict" | "recurring.created" | "recurring.conflict"
        | "reminder.created" | "reminder.due" => (null, state),
        "task.purged" => (state, null),
        // One that was deleted is not there afterwards.
        "reminder.cancelled" => (state.clone(), or_null(&state)),
        _ => (state.clone(), state),
    };
    let own_id = |wanted: bool| if wanted { id.clone() } else { or_null(&id) };
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:taskflow:event:{}:1", kind.name),
        "title": kind.name,
        "description": format!("A CloudEvent of the topic {}", kind.topic),
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": id,
            "source": { "const": "taskflow" },
            "type": { "const": kind.name },
            "subject": id,
            "time": time,
            "datacontenttype": { "const": "application/json" },
            "dataschema": { "const": format!("urn:taskflow:event:{}:1", kind.name) },
            "correlationid": text,
            "traceparent": text,
            "data": {
                "type": "object",
                "required": ["schema_version", "event_id", "correlation_id", "user_id", "seq", "actor", "occurred_at",
                             "before", "after", "changes"],
                "properties": {
                    "schema_version": { "const": 1 },
                    "event_id": id,
                    "correlation_id": or_null(&text),
                    "user_id": own_id(!is_security),
                    "seq": { "type": "integer", "minimum": 0, "description": "Orders a user's changes; 0 where it is none" },
                    "actor": { "enum": ["user", "agent", "system"] },
                    "actor_name": { "type": ["string", "null"], "description": "Which agent, or which part of TaskFlow" },
                    "occurred_at": time,
                    "before": before,
                    "after": after,
                    "changes": {
                        "type": "object",
                        "description": "What differs between before and after, where there are both",
                        "additionalProperties": { "type": "object", "required": ["from", "to"] },
                    },
                    "details": { "type": ["object", "null"], "description": "What else there is to say" },
                },
            },
        },
    });
    let mut members = vec![(name, own_id(!is_security))];
    members.extend(more.map(|name| (name, id.clone())));
    if matches!(kind.name, "recurring.generated" | "recurring.withdrawn") {
        members.extend([("source_task_id", id.clone()), ("task_id", id.clone())]);
    }
    if kind.name == "recurring.generated" {
        let mut rule = domain::Rule::schema();
        // The list of all zones is elsewhere.
        rule["properties"]["timezone"] = text.clone();
        members.extend([
            ("rule", rule),
            ("adjustment", Option::<domain::Adjustment>::schema()),
            ("catch_up", json!({ "type": "boolean" })),
        ]);
    }
    let data = &mut schema["properties"]["data"];
    for (name, member) in members {
        data["properties"][name] = member;
        if let Some(required) = data["required"].as_array_mut() {
            required.push(json!(name));
        }
    }
    schema
}
