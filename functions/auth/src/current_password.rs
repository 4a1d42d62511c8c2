//! Verification of the caller's own password, before a change that a stolen session must not suffice for.

use domain::{Password, wrong_member};
use serde::Deserialize;
use serde_json::json;
use store::{Client, Refusal, statement};
use web::{Problem, Request};

use crate::login::authenticate;

#[derive(Deserialize)]
struct OwnAccount {
    /// Sign-in name, or `None` for a user without a password.
    email: Option<String>,
}

/// Verifies the password that the caller gives as that member of the body; attempts are counted like
/// sign-ins. Returns its hash, so that the change can check that it is still the same, or `None` for a caller
/// who has no password.
pub fn verify(
    request: &Request,
    caller: &Client<'_>,
    given: Option<&Password>,
    member: &str,
) -> Result<Option<String>, Problem> {
    let row = caller.one(statement!("own_account.sql"), &json!({}))?;
    let account: OwnAccount =
        serde_json::from_str(&row).map_err(|error| Refusal::unreadable("an account", error))?;
    let Some(email) = account.email else { return Ok(None) };
    let given = given.ok_or_else(|| Problem::invalid_body(wrong_member(member, "is required")))?;
    match authenticate(request, &email, given)? {
        Some(known) => Ok(Some(known.password_hash)),
        None => Err(wrong()),
    }
}

/// The current password is not the one given.
pub fn wrong() -> Problem {
    Problem::forbidden("The current password is wrong.")
}
