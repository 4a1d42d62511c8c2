//! `POST /api/tasks`

use actions::tasks::{self, NewTask};
use domain::TaskId;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let task = request.body::<NewTask>()?;
    let id = TaskId::new(web::now_ms(), web::random());
    let made = tasks::create(&caller, id, &task)?;
    Ok(Response::versioned(201, made.json, made.version).with("location", format!("/api/tasks/{id}")))
}
