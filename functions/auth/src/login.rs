//! `POST /api/auth/login`

use domain::{Email, Password, UserId, input};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::password;
use crate::session::{Fingerprint, NewSession};

input! {
    /// Credentials of an account.
    pub struct Credentials {
        /// E-mail address of the account. Letter case is ignored. The domain may have letters of any
        /// script.
        email: Email,
        /// Password of the account.
        password: Password,
    }
}

/// Account as the database returns it, to check the password.
#[derive(Deserialize, Serialize)]
pub struct StoredAccount {
    id: UserId,
    /// Hash of the password.
    pub password_hash: String,
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    known: &'a StoredAccount,
    #[serde(flatten)]
    session: Fingerprint<'a>,
}

/// Reads the hash in one call, checks the password, and starts the session in a second call, which fails if
/// the hash has changed since.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let Credentials { email, password } = request.body()?;
    match authenticate(request, email.as_str(), &password)? {
        Some(known) => begin(request, &known),
        None => Err(Problem::wrong_credentials()),
    }
}

/// Returns the account with that address if the password is right, and reports a failed attempt otherwise.
pub fn authenticate(
    request: &Request,
    email: &str,
    password: &Password,
) -> Result<Option<StoredAccount>, Problem> {
    let known = find(request, email)?;
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    if password::verify(request, password, hash)? {
        return Ok(known);
    }
    let user = known.map(|known| known.id);
    request.anonymous().one(statement!("login_failed.sql"), &json!({ "user": user }))?;
    Ok(None)
}

fn find(request: &Request, email: &str) -> Result<Option<StoredAccount>, Problem> {
    match request.anonymous().one(statement!("find_account.sql"), &json!({ "email": email })) {
        Ok(row) => serde_json::from_str(&row)
            .map(Some)
            .map_err(|error| Refusal::unreadable("an account", error).into()),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

fn begin(request: &Request, known: &StoredAccount) -> Result<Response, Problem> {
    let session = NewSession::new(request);
    let input = Input { known, session: session.fingerprint() };
    match request.anonymous().one(statement!("login.sql"), &input) {
        Ok(begun) => session.response(request, 200, &begun),
        // The password changed between the two calls.
        Err(Refusal::NotFound) => Err(Problem::wrong_credentials()),
        Err(refusal) => Err(refusal.into()),
    }
}
