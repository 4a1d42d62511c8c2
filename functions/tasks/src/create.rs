//! `POST /api/tasks`

use actions::tasks::{self, NewTask};
use domain::TaskId;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let task = request.body::<NewTask>()?;
    let id = TaskId::new(web::now_ms(), web::random());
    let made = tasks::create(&caller, id, &task).map_err(crate::refused)?;
    // Where the same request came before, it is the task of that time.
    let location = format!("/api/tasks/{}", made.id);
    Ok(Response::versioned(201, made.json, made.version).with("location", location))
}
