//! `POST /api/auth/forgot-password`

use domain::{Email, input};
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response, log};

input! {
    /// Account whose password is forgotten.
    pub struct ForgottenPassword {
        /// E-mail address of the account.
        email: Email,
    }
}

/// Responds before the account is looked up, so that neither the words nor the time of the response show
/// whether there is one.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let ForgottenPassword { email } = request.body()?;
    request.anonymous().one(statement!("forgot_password.sql"), &json!({ "email": email }))?;
    Ok(Response::accepted().then(move |request| Box::pin(send_link(request, email))))
}

async fn send_link(request: &Request, email: Email) {
    let input = json!({ "email": email });
    if let Err(refusal) = request.anonymous().rows(statement!("send_reset_link.sql"), &input) {
        log::fault("auth", request.correlation_id(), "a link cannot be sent", &refusal);
    }
}
