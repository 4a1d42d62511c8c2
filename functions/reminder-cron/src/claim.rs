//! `POST /internal/reminder-cron`, from a cron binding

use dapr::time::wait;
use serde::Deserialize;
use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response, log, now_ms, publish};

/// Time between two ticks of the cron binding. Reminders that become due meanwhile are claimed on time, not
/// at the next tick.
const TICK_MS: u64 = 5000;

/// Shortest pause. Reminders of users who are being written to are skipped, and tried again after it.
const MIN_PAUSE_MS: u64 = 50;

/// Outcome of a claim.
#[derive(Deserialize)]
struct Claimed {
    claimed: u32,
    /// Milliseconds until the next reminder is due.
    next_ms: Option<f64>,
}

/// Claims the reminders that are due. The same transaction writes their events, so none is lost if this is
/// killed.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let began = now_ms();
    let found = claim(request)?;
    let response = Response::json(200, json!({ "claimed": found.claimed }).to_string());
    Ok(response.then(move |request| Box::pin(claim_until(request, began + TICK_MS))))
}

/// Claims each reminder when it is due, until the next tick.
async fn claim_until(request: &Request, end: u64) {
    while now_ms() < end {
        let found = match claim(request) {
            Ok(found) => found,
            Err(refusal) => {
                return log::fault(
                    "reminder-cron",
                    request.correlation_id(),
                    "reminders cannot be claimed",
                    &refusal,
                );
            }
        };
        if found.claimed > 0 {
            publish("reminder-cron", request).await;
            continue;
        }
        let pause = found.next_ms.map_or(TICK_MS, |ms| (ms.max(0.0) as u64).clamp(MIN_PAUSE_MS, TICK_MS));
        if now_ms() + pause > end {
            return;
        }
        wait(pause).await;
    }
}

fn claim(request: &Request) -> Result<Claimed, Refusal> {
    let row = request.service("reminder-cron", None).one(statement!("claim.sql"), &json!({}))?;
    serde_json::from_str(&row).map_err(|error| Refusal::unreadable("the outcome of a claim", error))
}
