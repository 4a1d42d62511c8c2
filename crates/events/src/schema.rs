//! What events look like, as JSON schemas: `schemas/` has them as files, kept true by a test.

use serde_json::{Value, json};

use crate::{Kind, Subject};

/// The schema of an event of that kind, as it is published.
pub fn schema(kind: &Kind) -> Value {
    let text = json!({ "type": "string" });
    let id = json!({ "type": "string", "format": "uuid" });
    let time = json!({ "type": "string", "format": "date-time" });
    let or_null = |schema: &Value| json!({ "anyOf": [schema, { "type": "null" }] });
    // Events only gain members, so what else there is is left open.
    let mut task = actions::tasks::schema();
    if let Some(task) = task.as_object_mut() {
        task.remove("additionalProperties");
    }
    let is_task = kind.subject == Subject::Task;
    let (before, after) = match kind.name {
        _ if !is_task => (json!({ "type": "null" }), json!({ "type": "null" })),
        "task.created" | "task.conflict" => (json!({ "type": "null" }), task),
        "task.purged" => (task, json!({ "type": "null" })),
        _ => (task.clone(), task),
    };
    let own_id = |wanted: bool| if wanted { id.clone() } else { or_null(&id) };
    json!({
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
                             "task_id", "before", "after", "changes"],
                "properties": {
                    "schema_version": { "const": 1 },
                    "event_id": id,
                    "correlation_id": or_null(&text),
                    "user_id": own_id(is_task),
                    "seq": { "type": "integer", "minimum": 0, "description": "Orders a user's changes; 0 where it is none" },
                    "actor": { "enum": ["user", "agent", "system"] },
                    "actor_name": { "type": ["string", "null"], "description": "Which agent, or which part of TaskFlow" },
                    "occurred_at": time,
                    "task_id": own_id(is_task),
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
    })
}
