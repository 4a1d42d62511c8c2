//! `/api/notifications`

use actions::notifications::{self, NotificationQuery};
use domain::Id;
use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let query = request.query::<NotificationQuery>()?;
    let page = notifications::list(&request.caller()?, &query).map_err(Problem::of_query)?;
    Ok(Response::json(200, page))
}

pub fn read(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "id": request.parameter::<Id>("id")? });
    Ok(Response::json(200, request.caller()?.one(statement!("read.sql"), &input)?))
}

pub fn read_all(request: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, request.caller()?.one(statement!("read_all.sql"), &json!({}))?))
}

/// Returns the JSON schema of the response of `read-all`.
pub fn read_schema() -> Value {
    json!({
        "type": "object",
        "description": "Number of notifications marked as read",
        "properties": { "read": { "type": "integer", "minimum": 0 } },
        "required": ["read"],
        "additionalProperties": false,
    })
}
