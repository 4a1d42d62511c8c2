//! `GET /api/tasks/{id}`

use actions::tasks;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let task = tasks::get(&request.caller()?, request.parameter("id")?)?;
    Ok(Response::versioned(200, task.json, task.version))
}
