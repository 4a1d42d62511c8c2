//! `GET|DELETE /api/auth/sessions`, `DELETE /api/auth/sessions/{id}`

use domain::Id;
use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

pub fn list(request: &Request) -> Result<Response, Problem> {
    let sessions = request.caller()?.one(statement!("list_sessions.sql"), &json!({}))?;
    Ok(Response::json(200, sessions))
}

pub fn revoke(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "id": request.parameter::<Id>("id")? });
    request.caller()?.one(statement!("revoke_session.sql"), &input)?;
    Ok(Response::empty())
}

pub fn revoke_others(request: &Request) -> Result<Response, Problem> {
    request.caller()?.rows(statement!("revoke_other_sessions.sql"), &json!({}))?;
    Ok(Response::empty())
}

/// Returns the JSON schema of a list of sessions.
pub fn schema() -> Value {
    let session = json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "user_agent": { "type": ["string", "null"], "description": "`User-Agent` of the request that started the session" },
            "created_at": { "type": "string", "format": "date-time" },
            "expires_at": { "type": "string", "format": "date-time" },
            "current": { "type": "boolean", "description": "True for the session of this request" },
            "live": { "type": "integer", "minimum": 0, "description": "Number of its live streams" },
            "since": { "type": ["string", "null"], "format": "date-time", "description": "Time since which it is live" },
            "client": { "type": ["string", "null"], "description": "`User-Agent` of its newest live stream" },
        },
        "required": ["id", "user_agent", "created_at", "expires_at", "current", "live", "since", "client"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "description": "Active sessions of the user",
        "properties": { "items": { "type": "array", "items": session } },
        "required": ["items"],
        "additionalProperties": false,
    })
}
