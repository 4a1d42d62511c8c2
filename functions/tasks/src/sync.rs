//! `GET /api/sync`

use actions::tasks::{self, Since};
use store::Refusal;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    match tasks::sync(&request.caller()?, &request.query::<Since>()?) {
        Ok(changes) => Ok(Response::json(200, changes)),
        Err(Refusal::NotFound) => Err(Problem::start_again(
            "`since` is too old or belongs to another account. Discard your local copy and sync again with `since=0`.",
        )),
        Err(refusal) => Err(refusal.into()),
    }
}
