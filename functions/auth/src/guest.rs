//! `POST /api/auth/guest`

use domain::{Timezone, input};
use web::{Problem, Request, Response};

use crate::sign_up::{Person, sign_up};

input! {
    /// Somebody who wants to start at once.
    pub struct NewGuest {
        /// Their zone; UTC when nothing is said.
        timezone: Option<Timezone>,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    let guest = request.body::<NewGuest>()?;
    sign_up(request, &Person { account: None, timezone: guest.timezone })
}
