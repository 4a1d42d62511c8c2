//! `POST /api/auth/register`

use domain::{Email, Name, Password, Timezone, input};
use web::{Problem, Request, Response};

use crate::password;
use crate::sign_up::{Account, NewUser, sign_up};

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

pub fn run(request: &Request) -> Result<Response, Problem> {
    let NewAccount { email, password, name, timezone } = request.body()?;
    let account = Account { email, name, password_hash: password::hash(&password)? };
    sign_up(request, &NewUser { account: Some(account), timezone })
}
