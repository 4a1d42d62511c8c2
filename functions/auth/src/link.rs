//! Links in e-mails: the e-mail has a token, the database its hash.

use std::fmt::{Debug, Formatter};

use domain::{Errors, Field, input, wrong};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use store::{Client, Constraint, Refusal, Rows, Statement};
use web::Problem;

/// Token of a link, 64 hexadecimal digits. `Debug` does not reveal it, and it serializes to its hash, which
/// is what the database stores.
pub struct LinkToken(String);

impl LinkToken {
    /// Returns the token itself, for the page behind the link only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Field for LinkToken {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match value.as_str() {
            Some(token) if token.len() == 64 && token.bytes().all(is_digit) => Ok(Self(token.to_owned())),
            _ => Err(wrong("must be the token of a link: 64 hexadecimal digits")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

impl Debug for LinkToken {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(hidden)")
    }
}

impl Serialize for LinkToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&web::fingerprint(&self.0))
    }
}

input! {
    /// Link from an e-mail.
    pub struct Link {
        /// Token in the link.
        token: LinkToken,
    }
}

/// Calls a statement that sends a link, which fails if too many were sent to the address.
pub fn send(client: &Client<'_>, statement: Statement, input: &impl Serialize) -> Result<String, Refusal> {
    call(client, statement, input)?.require("row")
}

/// Does the same, and returns rows of all kinds.
pub fn call(client: &Client<'_>, statement: Statement, input: &impl Serialize) -> Result<Rows, Refusal> {
    let mut rows = client.call(statement, input)?;
    match rows.take("wait") {
        Some(seconds) => Err(Refusal::RateLimited { retry_after: seconds.parse().unwrap_or(60.0) }),
        None => Ok(rows),
    }
}

/// The problem of a refusal whose input was a link.
pub fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => {
            Problem::start_again("The link was used already, or has expired. Ask for a new one.")
        }
        Refusal::Violated(Constraint::EmailIsUnique) => address_taken(),
        other => other.into(),
    }
}

/// Another account has the address.
pub fn address_taken() -> Problem {
    Problem::already_taken("Another account has this e-mail address.")
}
