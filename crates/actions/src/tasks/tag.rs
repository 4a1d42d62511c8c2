//! A task is filed under more.

use domain::{Tags, input};
use serde::Serialize;
use store::{Principal, statement};

use super::{Named, refused};
use crate::{Answer, Problem};

input! {
    /// What to file a task under, beside what it is filed under already.
    pub struct MoreTags {
        /// The tags.
        tags: Tags,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Named,
    tags: &'a Tags,
}

/// Files a task of the caller under more tags. `too_many_tags` is said where it would have more than ten.
pub fn tag(principal: &Principal, task: &Named, tags: &Tags) -> Result<Answer, Problem> {
    store::one(statement!("tag.sql"), principal, &Input { task, tags }).and_then(Answer::read).map_err(refused)
}
