//! Creates a user, guest or account, and signs them in.

use domain::{Email, Name, Timezone, UserId};
use serde::Serialize;
use store::{Constraint, Refusal, Statement};
use web::{Problem, Request, Response};

use crate::session::{Fingerprint, NewSession};

/// A new user.
#[derive(Debug, Default, Serialize)]
pub struct NewUser {
    /// Account, or `None` for a guest.
    #[serde(flatten)]
    pub account: Option<Account>,
    /// Time zone, by default UTC.
    pub timezone: Option<Timezone>,
}

/// Account of a user who is not a guest.
#[derive(Debug, Serialize)]
pub struct Account {
    pub email: Email,
    pub name: Option<Name>,
    pub password_hash: String,
}

#[derive(Serialize)]
struct Input<'a> {
    id: UserId,
    #[serde(flatten)]
    person: &'a NewUser,
    #[serde(flatten)]
    session: Fingerprint<'a>,
}

/// Creates the user and a session by a statement.
pub fn sign_up(request: &Request, statement: Statement, person: &NewUser) -> Result<Response, Problem> {
    let session = NewSession::new(request);
    let id = UserId::new(web::now_ms(), web::random());
    let input = Input { id, person, session: session.fingerprint() };
    let begun = request.anonymous().one(statement, &input).map_err(|refusal| match refusal {
        Refusal::Violated(Constraint::EmailIsUnique) => email_is_taken(),
        other => other.into(),
    })?;
    session.response(request, 201, &begun)
}

/// Returns the problem of a registration whose e-mail address has an account.
pub fn email_is_taken() -> Problem {
    Problem::already_taken("An account with this e-mail address already exists. Sign in instead.")
}
