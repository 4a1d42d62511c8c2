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
struct StoredAccount {
    id: UserId,
    password_hash: String,
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
    let known = find(request, email.as_str())?;
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    let is_right = password::verify(request, &password, hash)?;
    match known {
        Some(known) if is_right => begin(request, &known),
        known => {
            report_failure(request, known.map(|known| known.id))?;
            Err(Problem::wrong_credentials())
        }
    }
}

/// Reports an attempt with a wrong password, or without an account.
pub fn report_failure(request: &Request, user: Option<UserId>) -> Result<(), Problem> {
    request.anonymous().one(statement!("login_failed.sql"), &json!({ "user": user }))?;
    Ok(())
}

fn find(request: &Request, email: &str) -> Result<Option<StoredAccount>, Problem> {
    match request.anonymous().one(statement!("find_account.sql"), &json!({ "email": email })) {
        Ok(row) => serde_json::from_str(&row)
            .map(Some)
            .map_err(|error| Refusal::unreadable("an account", error).into()),
        Err(Refusal::NotFound) => Ok(None),
        Err(Refusal::RateLimited { retry_after }) => Err(Problem::too_many_sign_ins(retry_after)),
        Err(refusal) => Err(refusal.into()),
    }
}

fn begin(request: &Request, known: &StoredAccount) -> Result<Response, Problem> {
    let session = NewSession::new(request);
    let input = Input { known, session: session.fingerprint() };
    match request.anonymous().one(statement!("login.sql"), &input) {
        Ok(begun) => session.response(request, 200, &begun),
        // The password changed between the two calls, or the user was deleted.
        Err(Refusal::NotFound) => Err(Problem::wrong_credentials()),
        Err(refusal) => Err(refusal.into()),
    }
}
