//! `GET /api/tasks`

use actions::tasks::{self, TaskQuery};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let query = request.query::<TaskQuery>()?;
    Ok(Response::json(200, tasks::list(&request.caller()?, &query).map_err(Problem::of_query)?))
}
