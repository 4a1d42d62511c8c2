//! A task is no longer filed under a tag.

use domain::Tag;
use serde::Serialize;
use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Named,
    tag: &'a Tag,
}

/// Takes a tag off a task of the caller. One that it does not have is not missed.
pub fn untag(principal: &Principal, task: &Named, tag: &Tag) -> Result<Answer, Refusal> {
    store::one(statement!("untag.sql"), principal, &Input { task, tag }).and_then(Answer::read)
}
