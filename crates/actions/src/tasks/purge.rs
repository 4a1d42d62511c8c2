//! A task goes for good.

use store::{Principal, Refusal, statement};

use super::Named;

/// Deletes a task of the caller for good, from the trash or not. A tombstone stays.
pub fn purge(principal: &Principal, task: &Named) -> Result<(), Refusal> {
    store::one(statement!("purge.sql"), principal, task).map(drop)
}
