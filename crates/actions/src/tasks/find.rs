//! Finds a task by a reference.

use domain::Reference;
use serde::Serialize;
use store::{Client, Refusal, statement};

use crate::naming::{Found, read};

/// Options of a search, besides open tasks.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SearchScope {
    /// True to also find a task in the trash by its id.
    pub in_trash: bool,
    /// True to prefer completed tasks when matching words.
    pub done_first: bool,
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    naming: &'a Reference,
    #[serde(flatten)]
    scope: SearchScope,
}

/// Finds the task of the caller that matches a reference.
pub fn find(client: &Client<'_>, naming: &Reference, scope: SearchScope) -> Result<Found, Refusal> {
    read(&client.one(statement!("find.sql"), &Input { naming, scope })?)
}
