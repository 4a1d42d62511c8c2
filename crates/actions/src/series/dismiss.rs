//! What was missed is let go.

use domain::TaskId;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::tasks::Named;

/// Moves what was missed of a series of the caller to the trash, all at once. Returns `{dismissed}`.
pub fn dismiss(principal: &Principal, id: TaskId) -> Result<String, Refusal> {
    store::one(statement!("dismiss.sql"), principal, &Named { id, expected: None })
}

/// The JSON schema of how many were let go.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "How many missed occurrences are in the trash now",
        "properties": { "dismissed": { "type": "integer", "minimum": 0 } },
        "required": ["dismissed"],
        "additionalProperties": false,
    })
}
