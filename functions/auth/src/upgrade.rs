//! `POST /api/auth/upgrade`

use domain::{Email, Name, Password, input};
use serde::Serialize;
use store::{Constraint, Refusal, statement};
use web::{Problem, Request, Response};

use crate::password;
use crate::session::{Fingerprint, NewSession};
use crate::sign_up::Account;

input! {
    /// E-mail address and password that turn a guest into an account.
    pub struct Upgrade {
        /// E-mail address, which is also the sign-in name. Letter case is ignored.
        email: Email,
        /// Password of 8 to 200 characters.
        password: Password,
        /// Display name.
        name: Option<Name>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    session: Fingerprint<'a>,
}

/// Turns the guest into an account. User id and data stay the same; a new session replaces the guest's.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let Upgrade { email, password, name } = request.body()?;
    let session = NewSession::new(request);
    let account = Account { email, name, password_hash: password::hash(&password)? };
    let input = Input { account, session: session.fingerprint() };
    let upgraded = caller.one(statement!("upgrade.sql"), &input).map_err(|refusal| match refusal {
        Refusal::NotFound => Problem::already_taken("You already have an account."),
        Refusal::Violated(Constraint::EmailIsUnique) => Problem::already_taken(
            "An account with this e-mail address already exists. Sign in to it instead.",
        ),
        other => other.into(),
    })?;
    session.response(request, 200, &upgraded)
}
