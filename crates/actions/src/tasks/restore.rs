//! A task comes back from the trash.

use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Takes a task of the caller out of the trash. One that is not in there stays as it is.
pub fn restore(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    store::one(statement!("restore.sql"), principal, task).and_then(Answer::read)
}
