//! `POST /internal/audit/events`, called by Dapr with events of all topics

use events::Wanted;
use store::statement;
use web::{Problem, Request, Response};

/// Records events in the audit trail. Their `data` is kept whole, including members that later releases add.
pub fn run(request: &Request) -> Result<Response, Problem> {
    events::consume(request, "audit", statement!("take.sql"), |event| Ok(Wanted::Taken(event.text())))
}
