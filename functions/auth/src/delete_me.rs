//! `DELETE /api/auth/me`

use domain::{Optional, Password, input};
use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response, session_cookie};

use crate::current_password;

input! {
    /// Deletion of the current user.
    pub struct Deletion {
        /// Password of the account. Guests and users of an issuer have none.
        password: Optional<Password>,
    }
}

/// Deletes the user. What is left of a large account is deleted by housekeeping.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let Deletion { password } = request.body()?;
    let verified = current_password::verify(request, &caller, password.0.as_ref(), "password")?;
    let input = json!({ "verified_hash": verified });
    caller.one(statement!("delete_me.sql"), &input).map_err(|refusal| match refusal {
        Refusal::NotFound => current_password::wrong(),
        other => other.into(),
    })?;
    Ok(Response::empty().with("set-cookie", session_cookie(request, None)))
}
