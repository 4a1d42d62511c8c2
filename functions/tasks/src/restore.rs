//! `POST /api/tasks/{id}/restore`

use actions::tasks;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let task = tasks::restore(&request.caller()?, &crate::target(request)?)?;
    Ok(Response::versioned(200, task.json, task.version))
}
