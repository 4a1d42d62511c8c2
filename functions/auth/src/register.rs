//! `POST /api/auth/register`

use domain::{Email, Name, Password, Timezone, input};
use web::{Problem, Request, Response};

use crate::password;
use crate::sign_up::{Account, Person, sign_up};

input! {
    /// An account to be made.
    pub struct NewAccount {
        /// Where its holder gets mail; letter case does not matter.
        email: Email,
        /// 8 to 200 characters.
        password: Password,
        /// What its holder wants to be called.
        name: Option<Name>,
        /// Their zone; UTC when nothing is said.
        timezone: Option<Timezone>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let NewAccount { email, password, name, timezone } = request.body()?;
    let account = Account { email, name, password_hash: password::hash(&password)? };
    sign_up(request, &Person { account: Some(account), timezone })
}
