//! A device catches up.

use domain::{Limit, Optional, Seq, input};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

input! {
    /// From where to catch up.
    pub struct Since {
        /// The `seq` of the answer before; 0 or nothing to start.
        since: Optional<Seq>,
        /// How many changes at the most: 1 to 200, 200 when nothing is said.
        limit: Optional<Limit>,
    }
}

#[derive(Serialize)]
struct Input {
    since: u64,
    limit: u32,
}

/// Returns what has changed: `{changes, seq, more}`. `NotFound` tells the client to start again.
pub fn sync(principal: &Principal, since: &Since) -> Result<String, Refusal> {
    let input = Input {
        since: since.since.0.as_ref().map_or(0, |seq| seq.0),
        limit: since.limit.0.as_ref().map_or(200, |limit| limit.0),
    };
    store::one(statement!("sync.sql"), principal, &input)
}

/// The JSON schema of what has changed.
pub fn schema() -> Value {
    let change = |kind: &str, data: Value| {
        json!({
            "type": "object",
            "properties": {
                "seq": { "type": "integer" },
                "kind": { "const": kind },
                "id": { "type": "string", "format": "uuid" },
                "deleted": { "type": "boolean", "description": "It is in the trash, or gone for good" },
                "data": { "anyOf": [data, { "type": "null" }], "description": "What it is now; null when it is gone for good" },
            },
            "required": ["seq", "kind", "id", "deleted", "data"],
            "additionalProperties": false,
        })
    };
    let changes = json!([
        change("task", super::schema()),
        change("recurring_task", crate::series::schema()),
        change("reminder", crate::reminders::schema()),
        change("notification", crate::notifications::schema()),
    ]);
    json!({
        "type": "object",
        "description": "What has changed, in order, and from where to ask the next time",
        "properties": {
            "changes": { "type": "array", "items": { "anyOf": changes } },
            "seq": { "type": "integer", "minimum": 0 },
            "more": { "type": "boolean", "description": "Ask again at once: there is more" },
        },
        "required": ["changes", "seq", "more"],
        "additionalProperties": false,
    })
}
