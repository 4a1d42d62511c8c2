//! `DELETE /api/tasks/{id}/tags/{tag}`

use actions::tasks;
use domain::Tag;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, crate::target(request)?);
    let untagged = tasks::untag(&caller, &task, &request.parameter::<Tag>("tag")?.into())?;
    Ok(Response::versioned(200, untagged.json, untagged.version))
}
