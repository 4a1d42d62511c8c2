//! `POST /api/auth/guest`

use domain::{Timezone, input};
use store::statement;
use web::{Problem, Request, Response};

use crate::sign_up::{NewUser, sign_up};

input! {
    /// A new guest: no e-mail address or password needed.
    pub struct NewGuest {
        /// Time zone. Defaults to UTC.
        timezone: Option<Timezone>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let guest = request.body::<NewGuest>()?;
    let guest = NewUser { account: None, timezone: guest.timezone };
    sign_up(request, statement!("guest.sql"), &guest)
}
