//! `POST /internal/reminder-cron`, called by a cron binding

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::json;
use store::{Principal, Refusal, statement};
use web::{Problem, Request, Response, log, outbound};

/// Time between two cron ticks. Reminders that become due in between are claimed on time.
const AHEAD_MS: u64 = 5000;

/// Wait before retrying a user whose row another request has locked.
const BUSY_MS: u64 = 50;

/// Principal and start time of the request. An instance serves one request.
static TICK: OnceLock<(Principal, u64)> = OnceLock::new();

/// Result of `claim.sql`.
#[derive(Deserialize)]
struct Found {
    claimed: u32,
    /// Milliseconds until the next reminder is due, if there is one.
    next_ms: Option<f64>,
}

/// Claims due reminders. Their events are written in the same transaction, so a crash loses none.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let tick = TICK.get_or_init(|| (request.service("reminder-cron", None), web::now_ms()));
    let found = claim(&tick.0)?;
    Ok(Response::json(200, json!({ "claimed": found.claimed }).to_string()))
}

/// Continues after the response and claims each reminder when it becomes due.
pub async fn until_the_next_tick() {
    let Some((principal, began)) = TICK.get() else { return };
    let ends = began + AHEAD_MS;
    while web::now_ms() < ends {
        let found = match claim(principal) {
            Ok(found) => found,
            Err(refusal) => {
                let cause = format!("reminders cannot be claimed: {refusal:?}");
                return log::fault("reminder-cron", &principal.correlation_id, &cause);
            }
        };
        if found.claimed > 0 {
            events::publish("reminder-cron").await;
            continue;
        }
        let next = found.next_ms.map_or(AHEAD_MS, |ms| (ms.max(0.0) as u64).clamp(BUSY_MS, AHEAD_MS));
        if web::now_ms() + next > ends {
            return;
        }
        outbound::wait(next).await;
    }
}

fn claim(principal: &Principal) -> Result<Found, Refusal> {
    let row = store::one(statement!("claim.sql"), principal, &json!({}))?;
    serde_json::from_str(&row).map_err(|error| Refusal::fault(format!("invalid row of claimed reminders: {error}")))
}
