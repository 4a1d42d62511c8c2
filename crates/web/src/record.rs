//! Recorded requests: numbers for the metrics.
//!
//! Instances keep nothing, and each function may run on many machines, so the database keeps the numbers. To
//! record a request takes a call, after its response. If there is little load, nobody notices. Under load it
//! would take time from all others, so then a recorded request stands for many.

use std::time::Duration;

use serde_json::json;
use store::{Refusal, statement};

use crate::{Request, log, random};

/// Number of requests that a recorded one stands for under load.
const SAMPLE: u8 = 32;

/// Records a request by its route and status, or leaves that to one in [`SAMPLE`]. A request is recorded for
/// itself if the database says so, which lets a quiet system count exactly, and if it is a fault.
pub fn record(function: &str, request: &Request, status: u16, duration: Duration) {
    // The liveness probe needs nothing but the process. With a 503 the database is away, most likely.
    if request.path == "/live" || status == 503 {
        return;
    }
    let is_recorded = request.context.quota().is_some_and(|quota| quota.recorded);
    let weight = if is_recorded || status >= 500 { 1 } else { SAMPLE };
    if !random::<1>()[0].is_multiple_of(weight) {
        return;
    }
    let (method, path) = request.route.unwrap_or(("other", "unknown"));
    let input = json!({
        "route": format!("{method} {path}"),
        "status": status,
        "weight": weight,
        "seconds": duration.as_secs_f64(),
        "database_seconds": request.context.database_time().as_secs_f64(),
    });
    if let Err(refusal @ Refusal::Fault(_)) = request.anonymous().rows(statement!("record.sql"), &input) {
        log::fault(function, request.correlation_id(), "a request cannot be recorded", &refusal);
    }
}
