//! `GET /api/sync`

use actions::tasks::{self, Since};
use store::Refusal;
use web::{Problem, Request, Response};

pub fn run(request: &Request) -> Result<Response, Problem> {
    match tasks::sync(&request.caller()?, &request.query::<Since>()?) {
        Ok(changes) => Ok(Response::json(200, changes)),
        Err(Refusal::NotFound) => Err(Problem::start_again(
            "`since` is too old, of another account, or of another history (`epoch`). Discard your local \
             copy, but not what you have yet to send, and sync again with `since=0` and without `epoch`.",
        )),
        Err(refusal) => Err(refusal.into()),
    }
}
