//! JSON schema of an understanding.

use domain::Field;
use language::{Operation, SpanKind};
use serde_json::{Value, json};

/// Returns the JSON schema of the response.
pub fn schema() -> Value {
    let mut schema = understanding();
    schema["description"] = "Understanding of a sentence".into();
    schema["properties"]["then"] = json!({
        "type": "array",
        "description": "Further wishes of the sentence, in order",
        "items": understanding(),
    });
    schema
}

/// Returns the JSON schema of the understanding of one wish.
fn understanding() -> Value {
    let place = json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "properties": {
            "operation": operation(),
            "data": data(),
            "confidence": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "Below 0.6, ask before anything is done",
            },
            "needs_clarification": {
                "type": "boolean",
                "description": "True if `question` has to be answered first",
            },
            "question": { "type": "string" },
            "options": {
                "type": "array",
                "description": "Answers to `question`, each with what it leads to",
                "items": {
                    "type": "object",
                    "properties": { "label": { "type": "string" }, "operation": operation(), "data": data() },
                    "required": ["label", "operation", "data"],
                    "additionalProperties": false,
                },
            },
            "notes": {
                "type": "array",
                "description": "Adjustments of what was said",
                "items": { "type": "string" },
            },
            "spans": {
                "type": "array",
                "description": "Recognized passages, in order",
                "items": {
                    "type": "object",
                    "properties": {
                        "from": place,
                        "to": place,
                        "kind": SpanKind::schema(),
                        "value": { "description": "Meaning of the passage, if it is settled" },
                    },
                    "required": ["from", "to", "kind"],
                    "additionalProperties": false,
                },
            },
            "answer": {
                "description": "Meaning of the sentence as the reply to a question",
                "anyOf": [
                    { "type": "string", "enum": ["yes", "no", "cancel", "undo"] },
                    {
                        "type": "object",
                        "properties": {
                            "choice": {
                                "type": "integer",
                                "description": "Number of an option, from 1; -1 is the last one",
                            },
                        },
                        "required": ["choice"],
                        "additionalProperties": false,
                    },
                ],
            },
        },
        "required": ["operation", "data", "confidence", "needs_clarification", "notes", "spans"],
        "additionalProperties": false,
    })
}

fn operation() -> Value {
    let mut schema = Operation::schema();
    schema["description"] = "Name of a tool, `help` or `unknown`".into();
    schema
}

fn data() -> Value {
    json!({
        "type": "object",
        "description": "Arguments of the tool. `task`, `recurring_task` and `reminder` have words; `tasks`, for \
                        several tasks at once, has arguments of `filter_tasks`",
    })
}
