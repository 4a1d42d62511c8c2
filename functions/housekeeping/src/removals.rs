//! Users who are being deleted, and guests who were not seen for 90 days.

use serde_json::json;
use store::{Refusal, statement};
use web::{Request, now_ms};

/// Time after which the rest is left to the next run.
const MAX_DURATION_MS: u64 = 10_000;

/// Deletes users in small steps, each a transaction of its own, until none is left or the time is up.
pub fn run(request: &Request) -> Result<(), Refusal> {
    let began = now_ms();
    while now_ms() - began < MAX_DURATION_MS {
        let steps = request.service("housekeeping", None).rows(statement!("remove.sql"), &json!({}))?;
        if steps.is_empty() {
            break;
        }
    }
    Ok(())
}
