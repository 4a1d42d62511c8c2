//! `GET /api/tasks`

use actions::tasks::{self, ListTasks};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let wanted = request.query::<ListTasks>()?;
    wanted.check().map_err(Problem::invalid_query)?;
    Ok(Response::json(200, tasks::list(&request.caller()?, &wanted)?))
}
