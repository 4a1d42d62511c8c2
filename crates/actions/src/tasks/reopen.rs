//! A task is not done after all.

use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Opens a completed task of the caller again. An open one stays as it is.
pub fn reopen(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    store::one(statement!("reopen.sql"), principal, task).and_then(Answer::read)
}
