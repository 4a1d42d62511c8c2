//! Finds a series by a reference.

use domain::Reference;
use store::{Client, Refusal, statement};

use crate::naming::{Found, read};

/// Finds the series of the caller that matches a reference.
pub fn named(client: &Client<'_>, naming: &Reference) -> Result<Found, Refusal> {
    read(&client.one(statement!("named.sql"), naming)?)
}
