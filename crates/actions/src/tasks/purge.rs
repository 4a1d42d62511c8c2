//! Purges a task.

use store::{Principal, Refusal, statement};

use super::Named;

/// Deletes a task of the caller permanently, in the trash or not. It leaves a tombstone.
pub fn purge(principal: &Principal, task: &Named) -> Result<(), Refusal> {
    store::one(statement!("purge.sql"), principal, task).map(drop)
}
