//! `PATCH /api/auth/me`

use domain::{Name, Optional, Patch, Timezone, input};
use store::statement;
use web::{Problem, Request, Response};

input! {
    /// What is to be different about somebody: a JSON merge patch. What is missing stays as it is.
    pub struct UserPatch {
        /// What they want to be called; `null` clears it.
        name: Patch<Name>,
        /// Their zone. Tasks that are due on a day follow it, others stay at their instant.
        timezone: Optional<Timezone>,
        /// Whether reminders come by e-mail too.
        email_reminders: Optional<bool>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let user = store::one(statement!("change_me.sql"), &caller, &request.body::<UserPatch>()?)?;
    Ok(Response::json(200, user))
}
