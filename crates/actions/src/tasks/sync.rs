//! Returns changes to a client that syncs.

use domain::{Epoch, Limit, Optional, Seq, input};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

input! {
    /// Position of the client.
    pub struct Since {
        /// `seq` of the previous response. Omit it, or send 0, for the first sync.
        since: Optional<Seq>,
        /// `epoch` of the previous response: the history that `since` belongs to. If this is another one, as
        /// after a restored backup, the response is a 410.
        epoch: Optional<Epoch>,
        /// Maximum number of changes: 1 to 200. Defaults to 200. A response with long texts has fewer.
        limit: Optional<Limit>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    since: u64,
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<&'a Epoch>,
}

/// Returns the changes since the last sync: `{changes, seq, more, epoch}`. `NotFound` means that the client
/// must start again.
pub fn sync(client: &Client<'_>, since: &Since) -> Result<String, Refusal> {
    let input = Input {
        since: since.since.0.as_ref().map_or(0, |seq| seq.0),
        limit: since.limit.0.as_ref().map_or(200, |limit| limit.0),
        epoch: since.epoch.0.as_ref(),
    };
    client.one(statement!("sync.sql"), &input)
}

/// Returns the JSON schema of the changes.
pub fn schema() -> Value {
    let change = |kind: &str, data: Value| {
        json!({
            "type": "object",
            "properties": {
                "seq": { "type": "integer" },
                "kind": { "const": kind },
                "id": { "type": "string", "format": "uuid" },
                "deleted": { "type": "boolean", "description": "True if it is in the trash or was deleted permanently" },
                "data": { "anyOf": [data, { "type": "null" }], "description": "Current state; null if it was deleted permanently" },
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
        "description": "Changes in order, and the position for the next sync",
        "properties": {
            "changes": { "type": "array", "items": { "anyOf": changes } },
            "seq": { "type": "integer", "minimum": 0 },
            "more": { "type": "boolean", "description": "True if there are more changes: sync again right away" },
            "epoch": { "type": "string", "description": "Name of the history that `seq` belongs to: send both with the next sync" },
        },
        "required": ["changes", "seq", "more", "epoch"],
        "additionalProperties": false,
    })
}
