//! `GET /api/auth/me`

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let user = store::one(statement!("me.sql"), &request.caller()?, &json!({}))?;
    Ok(Response::json(200, user))
}
