//! `POST /api/auth/confirm-email` and `POST /api/auth/confirm-email/resend`

use domain::NoMembers;
use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::link::{self, Link};

pub fn run(request: &Request) -> Result<Response, Problem> {
    confirm(request, &request.body()?)?;
    Ok(Response::empty())
}

/// Confirms the address that the link was sent to. The token is proof enough, so nobody needs to be signed
/// in.
pub fn confirm(request: &Request, link: &Link) -> Result<(), Problem> {
    request.anonymous().one(statement!("confirm_email.sql"), link).map_err(link::problem)?;
    Ok(())
}

/// Sends the link again.
pub fn resend(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    request.body::<NoMembers>()?;
    link::send(&caller, statement!("resend_confirmation.sql"), &json!({})).map_err(
        |refusal| match refusal {
            Refusal::NotFound => Problem::invalid_state("You have no e-mail address to confirm."),
            other => other.into(),
        },
    )?;
    Ok(Response::accepted())
}
