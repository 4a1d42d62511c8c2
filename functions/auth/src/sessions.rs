//! `GET|DELETE /api/auth/sessions`, `DELETE /api/auth/sessions/{id}`

use domain::Id;
use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

pub fn list(request: &Request) -> Result<Response, Problem> {
    let sessions = store::one(statement!("list_sessions.sql"), &request.caller()?, &json!({}))?;
    Ok(Response::json(200, sessions))
}

pub fn revoke(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "session": request.parameter::<Id>("id")? });
    store::one(statement!("revoke_session.sql"), &request.caller()?, &input)?;
    Ok(Response::empty())
}

pub fn revoke_others(request: &Request) -> Result<Response, Problem> {
    store::run(statement!("revoke_other_sessions.sql"), &request.caller()?, &json!({}))?;
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
        },
        "required": ["id", "user_agent", "created_at", "expires_at", "current"],
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
