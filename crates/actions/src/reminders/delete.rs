//! Deletes a reminder.

use domain::TaskId;
use store::{Principal, Refusal, statement};

use crate::tasks::Named;

/// Deletes a reminder of the caller and returns it. It leaves a tombstone.
pub fn delete(principal: &Principal, id: TaskId) -> Result<String, Refusal> {
    store::one(statement!("delete.sql"), principal, &Named { id, expected: None })
}
