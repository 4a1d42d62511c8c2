//! `POST /internal/realtime/events`, called by Dapr with the events of `task-updates`

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::value::to_raw_value;
use store::{Fault, Refusal, statement};
use web::{Decision, Problem, Request, Response};

use crate::{NAME, proxies};

/// Takes events, and tells the proxies afterwards. Instances that hold streams look for changes themselves,
/// so without proxies events are ignored.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let has_proxies = proxies::are_configured();
    let users = RefCell::new(BTreeSet::new());
    let response = web::consume(request, NAME, statement!("take.sql"), &|event| {
        if !has_proxies {
            return Ok(Decision::Ignore);
        }
        users.borrow_mut().extend(event.data.user_id.clone());
        to_raw_value(&())
            .map(Decision::Take)
            .map_err(|error| Refusal::Fault(Fault::caused_by("an event cannot be taken", error)))
    })?;
    let users: Vec<String> = users.into_inner().into_iter().collect();
    Ok(response.then(move |request| Box::pin(proxies::tell_users(request, users))))
}
