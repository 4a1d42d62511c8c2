//! `DELETE /api/tasks/{id}`

use actions::tasks;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    tasks::delete(&request.caller()?, &crate::named(request)?)?;
    Ok(Response::empty())
}
