//! Finds a series by a reference.

use domain::Reference;
use store::{Client, Refusal, statement};

use crate::resolution::{Resolution, parse_resolution};

/// Finds the series of the caller that matches a reference.
pub fn resolve(client: &Client<'_>, reference: &Reference) -> Result<Resolution, Refusal> {
    parse_resolution(&client.one(statement!("resolve.sql"), reference)?)
}
