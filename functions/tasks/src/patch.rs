//! `PATCH /api/tasks/{id}`, `PATCH /api/tasks/{id}/priority`, `PATCH /api/tasks/{id}/due-date`

use actions::tasks::{self, NewDueDate, NewPriority, TaskPatch};
use domain::Field;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    change::<TaskPatch>(request)
}

pub fn priority(request: &Request) -> Result<Response, Problem> {
    change::<NewPriority>(request)
}

pub fn due_date(request: &Request) -> Result<Response, Problem> {
    change::<NewDueDate>(request)
}

fn change<Body: Field + Into<TaskPatch>>(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, crate::target(request)?);
    let patch = request.body::<Body>()?.into();
    let changed = tasks::patch(&caller, &task, &patch)?;
    Ok(Response::versioned(200, changed.json, changed.version))
}
