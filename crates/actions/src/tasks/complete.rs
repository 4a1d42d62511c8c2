//! A task is done.

use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Completes a task of the caller. Completing it again changes nothing.
pub fn complete(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    store::one(statement!("complete.sql"), principal, task).and_then(Answer::read)
}
