//! `POST /api/auth/upgrade`

use domain::{Email, Name, Password, input};
use serde::Serialize;
use serde_json::json;
use store::{Constraint, Refusal, statement};
use web::{Problem, Request, Response};

use crate::password;
use crate::session::{Fingerprint, NewSession};
use crate::sign_up::Account;

input! {
    /// E-mail address and password that turn a guest into an account. All sessions and personal access tokens
    /// of the guest end.
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

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    session: Fingerprint<'a>,
}

/// Turns the guest into an account. User id and data stay the same; a new session replaces the guest's sessions
/// and tokens. The first call identifies the caller and counts the request; the second, with the hash of the
/// password, fails if the answer of the first is no longer true.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let Upgrade { email, password, name } = request.body()?;
    if caller.one(statement!("check_upgrade.sql"), &json!({ "email": email })).map_err(explain)? == "true" {
        return Err(email_is_taken());
    }
    let session = NewSession::new(request);
    let account = Account { email, name, password_hash: password::hash(request, &password)? };
    let input = Input { account, session: session.fingerprint() };
    let upgraded = caller.one(statement!("upgrade.sql"), &input).map_err(explain)?;
    session.response(request, 200, &upgraded)
}

fn explain(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::already_taken("You already have an account."),
        Refusal::Violated(Constraint::EmailIsUnique) => email_is_taken(),
        other => other.into(),
    }
}

fn email_is_taken() -> Problem {
    Problem::already_taken("An account with this e-mail address already exists. Sign in to it instead.")
}
