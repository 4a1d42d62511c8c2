//! `POST /internal/audit/events`, called by Dapr with events of all topics

use store::statement;
use web::{Decision, Problem, Request, Response};

/// Records events in the audit trail. Their `data` is kept whole, including members that later releases add.
pub fn run(request: &Request) -> Result<Response, Problem> {
    web::consume(request, "audit", statement!("take.sql"), &|event| {
        Ok(Decision::Take(event.data_as_string()))
    })
}
