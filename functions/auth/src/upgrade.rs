//! `POST /api/auth/upgrade`

use domain::{Email, Name, Password, input};
use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::{password, session};

input! {
    /// What makes an account of a guest.
    pub struct Upgrade {
        /// Where they get mail; letter case does not matter.
        email: Email,
        /// 8 to 200 characters.
        password: Password,
        /// What they want to be called.
        name: Option<Name>,
    }
}

/// The guest stays who they are, signed in as they are, so nothing of theirs is lost.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let Upgrade { email, password, name } = request.body()?;
    let input = json!({ "email": email, "name": name, "password_hash": password::hash(&password)? });
    let upgraded = store::one(statement!("upgrade.sql"), &caller, &input).map_err(|refusal| match refusal {
        Refusal::NotFound => Problem::conflict("This is an account already."),
        Refusal::Constraint(name) if name == "users_email_is_unique" => {
            Problem::conflict("There is an account with this e-mail address: sign in there instead.")
        }
        other => other.into(),
    })?;
    let token = request.session_token().ok_or_else(Problem::not_signed_in)?;
    Ok(Response::json(200, session::shown(token, &upgraded)?))
}
