//! Verification of the caller's own password, before a change that a stolen session must not suffice for.

use domain::{Password, UserId, wrong_member};
use serde::Deserialize;
use serde_json::json;
use store::{Client, Refusal, statement};
use web::{Problem, Request};

use crate::{login, password};

#[derive(Deserialize)]
struct OwnAccount {
    id: UserId,
    /// `None` for a user without a password.
    password_hash: Option<String>,
}

/// Verifies the password that the caller gives as that member of the body. Attempts count for the caller, apart
/// from those to sign in. Returns its hash, so that the change can check that it is still the same, or `None`
/// for a caller who has no password.
pub fn verify(
    request: &Request,
    caller: &Client<'_>,
    given: Option<&Password>,
    member: &str,
) -> Result<Option<String>, Problem> {
    let row = caller.one(statement!("own_account.sql"), &json!({}))?;
    let account: OwnAccount =
        serde_json::from_str(&row).map_err(|error| Refusal::unreadable("an account", error))?;
    let Some(hash) = account.password_hash else { return Ok(None) };
    let given = given.ok_or_else(|| Problem::invalid_body(wrong_member(member, "is required")))?;
    if !password::verify(request, given, Some(&hash))? {
        login::report_failure(request, Some(account.id))?;
        return Err(wrong());
    }
    Ok(Some(hash))
}

/// The current password is not the one given.
pub fn wrong() -> Problem {
    Problem::forbidden("The current password is wrong.")
}
