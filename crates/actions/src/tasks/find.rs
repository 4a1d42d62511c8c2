//! A task is found by what it is called.

use domain::Reference;
use serde::Serialize;
use store::{Principal, Refusal, statement};

use crate::naming::{Found, read};

/// Where to look, beside among what is to be done.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Where {
    /// In the trash too, by its id.
    pub in_trash: bool,
    /// Among what is done first, by words.
    pub done_first: bool,
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    naming: &'a Reference,
    #[serde(flatten)]
    r#where: Where,
}

/// Finds the task of the caller that is meant.
pub fn find(principal: &Principal, naming: &Reference, r#where: Where) -> Result<Found, Refusal> {
    read(&store::one(statement!("find.sql"), principal, &Input { naming, r#where })?)
}
