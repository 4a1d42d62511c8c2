//! `POST /api/auth/upgrade`

use domain::{Email, Name, Password, input};
use serde_json::json;
use store::{Constraint, Refusal, statement};
use web::{Problem, Request, Response};

use crate::{password, session};

input! {
    /// E-mail address and password that turn a guest into an account.
    pub struct Upgrade {
        /// E-mail address, which is also the sign-in name. Letter case is ignored. The domain may have
        /// letters of any script.
        email: Email,
        /// Password of 8 to 200 characters.
        password: Password,
        /// Display name.
        name: Option<Name>,
    }
}

/// Turns the guest into an account. User id, session and data stay the same.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let Upgrade { email, password, name } = request.body()?;
    let input = json!({ "email": email, "name": name, "password_hash": password::hash(&password)? });
    let upgraded = caller.one(statement!("upgrade.sql"), &input).map_err(|refusal| match refusal {
        Refusal::NotFound => Problem::already_taken("You already have an account."),
        Refusal::Violated(Constraint::EmailIsUnique) => Problem::already_taken(
            "An account with this e-mail address already exists. Sign in to it instead.",
        ),
        other => other.into(),
    })?;
    let token = request.session_token().ok_or_else(Problem::not_signed_in)?;
    Ok(Response::json(200, session::with_token(token, &upgraded)?))
}
