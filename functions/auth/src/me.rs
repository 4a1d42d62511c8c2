//! `GET /api/auth/me`

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let user = request.caller()?.one(statement!("me.sql"), &json!({}))?;
    Ok(Response::json(200, user))
}
