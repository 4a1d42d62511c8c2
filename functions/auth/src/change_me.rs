//! `PATCH /api/auth/me`

use domain::{Email, Name, Optional, Password, Patch, Timezone, input};
use serde::Serialize;
use store::{Reason, Refusal, statement};
use web::{Problem, Request, Response};

use crate::{current_password, link, password};

input! {
    /// Changes to the current user, as a JSON merge patch: omitted members keep their value.
    pub struct UserPatch {
        /// Display name; `null` clears it.
        name: Patch<Name>,
        /// Time zone. Tasks that are due on a day follow it; tasks that are due at a time keep their instant.
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
        input.password_hash = Some(password::hash(new)?);
    }
    let user = link::send(&caller, statement!("change_me.sql"), &input).map_err(|refusal| match refusal {
        Refusal::NotFound => current_password::wrong(),
        Refusal::Rejected(Reason::EmailTaken) => link::address_taken(),
        other => other.into(),
    })?;
    Ok(Response::json(200, user))
}

fn no_password() -> Problem {
    Problem::invalid_state(
        "You have neither an e-mail address nor a password here. A guest gets both by /api/auth/upgrade.",
    )
}
