//! Finds a series by a reference.

use domain::Reference;
use store::{Principal, Refusal, statement};

use crate::naming::{Found, read};

/// Finds the series of the caller that matches a reference.
pub fn named(principal: &Principal, naming: &Reference) -> Result<Found, Refusal> {
    read(&store::one(statement!("named.sql"), principal, naming)?)
}
