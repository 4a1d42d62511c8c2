//! Moves a task to the trash.

use store::{Principal, Refusal, statement};

use super::Named;

/// Moves a task of the caller to the trash, and returns it.
pub fn delete(principal: &Principal, task: &Named) -> Result<String, Refusal> {
    store::one(statement!("delete.sql"), principal, task)
}
