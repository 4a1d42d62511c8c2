//! `POST /api/tasks/{id}/reopen`

use actions::tasks;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let task = tasks::reopen(&request.caller()?, &crate::target(request)?)?;
    Ok(Response::versioned(200, task.json, task.version))
}
