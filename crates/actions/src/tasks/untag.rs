//! A task is no longer filed under some tags.

use domain::Tags;
use serde::Serialize;
use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Named,
    tags: &'a Tags,
}

/// Takes tags off a task of the caller. Those that it does not have are not missed.
pub fn untag(principal: &Principal, task: &Named, tags: &Tags) -> Result<Answer, Refusal> {
    store::one(statement!("untag.sql"), principal, &Input { task, tags }).and_then(Answer::read)
}
