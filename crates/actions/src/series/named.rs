//! A series is found by what it is called.

use domain::Reference;
use store::{Principal, Refusal, statement};

use crate::naming::{Found, read};

/// Finds the series of the caller that is meant.
pub fn named(principal: &Principal, naming: &Reference) -> Result<Found, Refusal> {
    read(&store::one(statement!("named.sql"), principal, naming)?)
}
