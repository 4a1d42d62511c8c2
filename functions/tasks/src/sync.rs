//! `GET /api/sync`

use actions::tasks::{self, Since};
use store::Refusal;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    match tasks::sync(&request.caller()?, &request.query::<Since>()?) {
        Ok(changes) => Ok(Response::json(200, changes)),
        Err(Refusal::NotFound) => Err(Problem::start_again(
            "What you have seen is older than what is kept, or not of this account: forget it, and begin with `since=0`.",
        )),
        Err(refusal) => Err(refusal.into()),
    }
}
