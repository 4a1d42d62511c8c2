//! `POST /internal/reminder-cron`, from a cron binding

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::json;
use store::{Principal, Refusal, statement};
use web::{Problem, Request, Response, log, outbound};

/// The time between two ticks: what becomes due meanwhile is found at its moment, not at the next tick.
const AHEAD_MS: u64 = 5000;

/// Somebody writes what belongs to a user: theirs are looked at again after this.
const BUSY_MS: u64 = 50;

/// Who asked, and when. There is one request to an instance.
static TICK: OnceLock<(Principal, u64)> = OnceLock::new();

/// What was found.
#[derive(Deserialize)]
struct Found {
    claimed: u32,
    /// How long it is until the next one is due, if there is one.
    next_ms: Option<f64>,
}

/// Claims what is due. Their events are written in the same transaction, so none is lost, whoever dies now.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let tick = TICK.get_or_init(|| (request.service("reminder-cron", None), web::now_ms()));
    let found = claim(&tick.0)?;
    Ok(Response::json(200, json!({ "claimed": found.claimed }).to_string()))
}

/// Goes on after the answer, and claims each at its moment.
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
    serde_json::from_str(&row).map_err(|error| Refusal::fault(format!("what is due cannot be read: {error}")))
}
