//! Reopens a task.

use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Reopens a completed task of the caller. Reopening an open task changes nothing.
pub fn reopen(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    store::one(statement!("reopen.sql"), principal, task).and_then(Answer::read)
}
