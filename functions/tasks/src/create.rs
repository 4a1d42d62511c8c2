//! `POST /api/tasks`

use actions::tasks::{self, NewTask};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, request.body::<NewTask>()?);
    let made = tasks::create(&caller, &crate::clock(), &task)?;
    // A replay or a repeat returns the task of the first request, so its id can differ from the new one.
    let location = format!("/api/tasks/{}", made.id);
    Ok(Response::versioned(201, made.json, made.version).with("location", location))
}
