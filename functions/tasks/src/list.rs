//! `GET /api/tasks`

use actions::tasks::{self, ListTasks};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let tasks = tasks::list(&request.caller()?, &request.query::<ListTasks>()?)?;
    Ok(Response::json(200, tasks))
}
