//! Removes tags from a task.

use domain::Tags;
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::Named;
use crate::Answer;

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Named,
    tags: &'a Tags,
}

/// Removes tags from a task of the caller. Tags that the task does not have are ignored.
pub fn untag(client: &Client<'_>, task: &Named, tags: &Tags) -> Result<Answer, Refusal> {
    client.one(statement!("untag.sql"), &Input { task, tags }).and_then(Answer::read)
}
