//! A reminder goes.

use domain::TaskId;
use store::{Principal, Refusal, statement};

use crate::tasks::Named;

/// Deletes a reminder of the caller, and returns what it was. A tombstone stays.
pub fn delete(principal: &Principal, id: TaskId) -> Result<String, Refusal> {
    store::one(statement!("delete.sql"), principal, &Named { id, expected: None })
}
