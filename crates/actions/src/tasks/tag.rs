//! Adds tags to a task.

use domain::{Tags, input};
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::{Target, explain};
use crate::VersionedJson;

input! {
    /// Tags to add to a task.
    pub struct MoreTags {
        /// Tags to add.
        tags: Tags,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Target,
    tags: &'a Tags,
}

/// Adds tags to a task of the caller. More than ten tags in total are rejected.
pub fn tag(client: &Client<'_>, task: &Target, tags: &Tags) -> Result<VersionedJson, Refusal> {
    client.one(statement!("tag.sql"), &Input { task, tags }).and_then(VersionedJson::read).map_err(explain)
}
