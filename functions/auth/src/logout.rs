//! `POST /api/auth/logout`

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    store::one(statement!("logout.sql"), &request.caller()?, &json!({}))?;
    Ok(Response::empty())
}
