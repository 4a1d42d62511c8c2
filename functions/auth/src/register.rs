//! `POST /api/auth/register`

use domain::{Email, Name, Password, Timezone, input};
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

use crate::password;
use crate::sign_up::{Account, NewUser, email_is_taken, sign_up};

input! {
    /// A new account.
    pub struct NewAccount {
        /// E-mail address, which is also the sign-in name. Letter case is ignored. The domain may have
        /// letters of any script.
        email: Email,
        /// Password of 8 to 200 characters.
        password: Password,
        /// Display name.
        name: Option<Name>,
        /// Time zone. Defaults to UTC.
        timezone: Option<Timezone>,
    }
}

/// Counts the request in one call, hashes the password, and creates the account in a second call, which fails
/// if the e-mail address has got an account since.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let NewAccount { email, password, name, timezone } = request.body()?;
    if request.anonymous().one(statement!("check_email.sql"), &json!({ "email": email }))? == "true" {
        return Err(email_is_taken());
    }
    let account = Account { email, name, password_hash: password::hash(request, &password)? };
    sign_up(request, statement!("register.sql"), &NewUser { account: Some(account), timezone })
}
