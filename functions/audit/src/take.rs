//! `POST /internal/audit/events`, from the subscriptions

use events::Wanted;
use store::statement;
use web::{Problem, Request, Response};

/// Takes events into the trail: the whole of their `data`, with members of later releases too.
pub fn run(request: &Request) -> Result<Response, Problem> {
    events::consume(request, "audit", statement!("take.sql"), |event| Ok(Wanted::Taken(event.text())))
}
