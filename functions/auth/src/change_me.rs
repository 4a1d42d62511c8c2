//! `PATCH /api/auth/me`

use domain::{Name, Optional, Patch, Timezone, input};
use store::statement;
use web::{Problem, Request, Response};

input! {
    /// Changes to the current user, as a JSON merge patch: omitted members keep their value.
    pub struct UserPatch {
        /// Display name; `null` clears it.
        name: Patch<Name>,
        /// Time zone. Tasks that are due on a day follow it; tasks that are due at a time keep their instant.
        timezone: Optional<Timezone>,
        /// True to also get reminders by e-mail, once the address is confirmed.
        email_reminders: Optional<bool>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let user = caller.one(statement!("change_me.sql"), &request.body::<UserPatch>()?)?;
    Ok(Response::json(200, user))
}
