//! `DELETE /api/tasks/{id}`

use actions::tasks;
use domain::{Flag, Optional, input};
use web::{Problem, Request, Response};

input! {
    /// Options for deleting a task.
    pub struct Deletion {
        /// `true` deletes the task permanently. By default it stays in the trash for 30 days.
        permanent: Optional<Flag>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, crate::target(request)?);
    match request.query::<Deletion>()?.permanent.0 {
        Some(Flag(true)) => tasks::purge(&caller, &task)?,
        _ => drop(tasks::delete(&caller, &task)?),
    }
    Ok(Response::empty())
}
