//! Restores a task from the trash.

use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Restores a task of the caller from the trash. Restoring another task changes nothing.
pub fn restore(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    store::one(statement!("restore.sql"), principal, task).and_then(Answer::read)
}
