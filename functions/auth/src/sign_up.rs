//! A person comes to be, guest or with an account, and is signed in.

use domain::{Email, Name, Timezone, UserId};
use serde::Serialize;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::session::{Fingerprint, NewSession};

/// Somebody who is about to become a user; a guest has no account.
#[derive(Debug, Default, Serialize)]
pub struct Person {
    /// What only those have who are no guests.
    #[serde(flatten)]
    pub account: Option<Account>,
    /// Their zone; UTC when nothing is said.
    pub timezone: Option<Timezone>,
}

/// What somebody has who is no guest.
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
    person: &'a Person,
    #[serde(flatten)]
    session: Fingerprint<'a>,
}

/// Makes the user and a session of theirs.
pub fn sign_up(request: &Request, person: &Person) -> Result<Response, Problem> {
    let session = NewSession::new(request);
    let id = UserId::new(web::now_ms(), web::random());
    let input = Input { id, person, session: session.fingerprint() };
    let begun = store::one(statement!("sign_up.sql"), &request.anybody(), &input).map_err(|refusal| match refusal {
        Refusal::Constraint(name) if name == "users_email_is_unique" => {
            Problem::conflict("There is an account with this e-mail address: sign in instead.")
        }
        other => other.into(),
    })?;
    session.answer(request, 201, &begun)
}
