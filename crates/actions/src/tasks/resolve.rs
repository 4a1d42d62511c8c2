//! Resolves a reference to a task.

use domain::Reference;
use serde::Serialize;
use store::{Client, Refusal, statement};

use crate::resolution::{Resolution, parse_resolution};

/// Options of the search for a task. By default, open tasks come first and the trash is left out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SearchOptions {
    /// True to find tasks in the trash too, but only by id.
    pub in_trash: bool,
    /// True to prefer completed tasks when matching words.
    pub done_first: bool,
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    reference: &'a Reference,
    #[serde(flatten)]
    options: SearchOptions,
}

/// Resolves a reference to a task of the caller.
pub fn resolve(
    client: &Client<'_>,
    reference: &Reference,
    options: SearchOptions,
) -> Result<Resolution, Refusal> {
    parse_resolution(&client.one(statement!("resolve.sql"), &Input { reference, options })?)
}
