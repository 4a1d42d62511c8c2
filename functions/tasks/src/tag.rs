//! `POST /api/tasks/{id}/tags`

use actions::tasks::{self, MoreTags};
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, crate::target(request)?);
    let tagged = tasks::tag(&caller, &task, &request.body::<MoreTags>()?.tags)?;
    Ok(Response::versioned(200, tagged.json, tagged.version))
}
