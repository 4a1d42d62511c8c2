//! Returns a task.

use domain::TaskId;
use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;

/// Returns a task of the caller that is not in the trash.
pub fn get(principal: &Principal, id: TaskId) -> Result<Answer, Refusal> {
    store::one(statement!("get.sql"), principal, &Named { id, expected: None }).and_then(Answer::read)
}
