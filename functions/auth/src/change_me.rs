//! `PATCH /api/auth/me`

use domain::{Email, Name, Optional, Password, Patch, Timezone, input};
use serde::Serialize;
use serde_json::json;
use store::{Reason, Refusal, chain, statement};
use web::{Problem, Request, Response, log, now_ms, publish};

use crate::{current_password, link, password};

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
        /// True to also get reminders by e-mail, once the address is confirmed.
        email_reminders: Optional<bool>,
        /// New password of 8 to 200 characters. It ends all other sessions, and all tokens.
        password: Optional<Password>,
        /// New e-mail address. It replaces the current one when it is confirmed, by the link that it gets.
        email: Optional<Email>,
        /// Current password, required for a new password or address.
        current_password: Optional<Password>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    patch: &'a UserPatch,
    /// Hash of the current password, which must not have changed since it was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<String>,
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let patch: UserPatch = request.body()?;
    let mut input = Input { patch: &patch, verified_hash: None, password_hash: None };
    if patch.password.0.is_some() || patch.email.0.is_some() {
        let given = patch.current_password.0.as_ref();
        let verified = current_password::verify(request, &caller, given, "current_password")?;
        input.verified_hash = Some(verified.ok_or_else(no_password)?);
    }
    if let Some(new) = &patch.password.0 {
        input.password_hash = Some(password::hash(request, new)?);
    }
    let changed = link::call(&caller, statement!("change_me.sql"), &input)
        .and_then(|mut rows| Ok((rows.require("row")?, rows.take("moving"))));
    let (user, moving) = changed.map_err(|refusal| match refusal {
        Refusal::NotFound => current_password::wrong(),
        Refusal::Rejected(Reason::EmailTaken) => link::address_taken(),
        other => other.into(),
    })?;
    let response = Response::json(200, user);
    Ok(match moving {
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

fn no_password() -> Problem {
    Problem::invalid_state(
        "You have neither an e-mail address nor a password here. A guest gets both by /api/auth/upgrade.",
    )
}
