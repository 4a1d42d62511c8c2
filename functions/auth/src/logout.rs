//! `POST /api/auth/logout`

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response, session_cookie};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    request.body::<domain::NoMembers>()?;
    caller.rows(statement!("logout.sql"), &json!({}))?;
    Ok(Response::empty().with("set-cookie", session_cookie(request, None)))
}
