//! Removes tags from a task.

use domain::Tags;
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::Target;
use crate::VersionedJson;

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Target,
    tags: &'a Tags,
}

/// Removes tags from a task of the caller. Tags that the task does not have are ignored.
pub fn untag(client: &Client<'_>, task: &Target, tags: &Tags) -> Result<VersionedJson, Refusal> {
    client.one(statement!("untag.sql"), &Input { task, tags }).and_then(VersionedJson::read)
}
