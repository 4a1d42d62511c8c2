//! Resolves a reference to a series.

use domain::Reference;
use store::{Client, Refusal, statement};

use crate::resolution::{Resolution, parse_resolution};

/// Resolves a reference to a series of the caller.
pub fn resolve(client: &Client<'_>, reference: &Reference) -> Result<Resolution, Refusal> {
    parse_resolution(&client.one(statement!("resolve.sql"), reference)?)
}
