//! `PATCH /api/tasks/{id}`

use actions::tasks::{self, TaskPatch};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let task = crate::named(request)?;
    let changed = tasks::patch(&caller, &task, &request.body::<TaskPatch>()?)?;
    Ok(Response::versioned(200, changed.json, changed.version))
}
