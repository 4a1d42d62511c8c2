//! `POST /api/auth/guest`

use domain::{Timezone, input};
use web::{Problem, Request, Response};

use crate::sign_up::{Person, sign_up};

input! {
    /// A new guest: no e-mail address or password needed.
    pub struct NewGuest {
        /// Time zone. Defaults to UTC.
        timezone: Option<Timezone>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let guest = request.body::<NewGuest>()?;
    sign_up(request, &Person { account: None, timezone: guest.timezone })
}
