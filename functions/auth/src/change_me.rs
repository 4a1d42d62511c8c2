//! `PATCH /api/auth/me`

use domain::{Name, Optional, Patch, Timezone, input};
use serde_json::json;
use store::{chain, statement};
use web::{Problem, Request, Response, log, now_ms, publish};

/// Time after which the rest is left to housekeeping: no request runs forever.
const MAX_DURATION_MS: u64 = 20_000;

input! {
    /// Changes to the current user, as a JSON merge patch: omitted members keep their value.
    pub struct UserPatch {
        /// Display name; `null` clears it.
        name: Patch<Name>,
        /// Time zone. Tasks that are due on a day follow it, if there are very many within seconds; tasks that
        /// are due at a time keep their instant.
        timezone: Optional<Timezone>,
        /// True to also get reminders by e-mail.
        email_reminders: Optional<bool>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let mut rows = request.caller()?.call(statement!("change_me.sql"), &request.body::<UserPatch>()?)?;
    let response = Response::json(200, rows.require("row")?);
    Ok(match rows.take("moving") {
        Some(_) => response.then(|request| Box::pin(move_rest(request))),
        None => response,
    })
}

/// Moves the tasks and series that are left to the new time zone, step by step: other changes of the user come
/// in between. What is left if this stops is moved by housekeeping.
async fn move_rest(request: &Request) {
    let began = now_ms();
    while now_ms() - began < MAX_DURATION_MS {
        match move_some(request) {
            Ok(true) => publish("auth", request).await,
            Ok(false) => return,
            Err(problem) => {
                let message = "the rest of a change of the time zone is left to housekeeping";
                return log::warn("auth", request.correlation_id(), message, ("cause", &chain(&problem)));
            }
        }
    }
}

/// Returns true if some are left.
fn move_some(request: &Request) -> Result<bool, Problem> {
    Ok(request.caller()?.one(statement!("move_rest.sql"), &json!({}))? == "true")
}
