//! `POST /api/auth/reset-password`

use domain::{Password, input};
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

use crate::link::{self, LinkToken};
use crate::password;

input! {
    /// New password of the account that the link was sent to.
    pub struct NewPassword {
        /// Token in the link.
        token: LinkToken,
        /// Password of 8 to 200 characters. It ends all sessions and tokens of the account.
        password: Password,
    }
}

pub fn run(request: &Request) -> Result<Response, Problem> {
    reset(request, &request.body()?)?;
    Ok(Response::empty())
}

/// Sets the new password. It is hashed only if the link is good, in a second call that uses the link up.
pub fn reset(request: &Request, new: &NewPassword) -> Result<(), Problem> {
    let NewPassword { token, password } = new;
    let client = request.anonymous();
    client.one(statement!("find_link.sql"), &json!({ "token": token })).map_err(link::problem)?;
    let input = json!({ "token": token, "password_hash": password::hash(request, password)? });
    client.one(statement!("reset_password.sql"), &input).map_err(link::problem)?;
    Ok(())
}
