//! Purges a task.

use store::{Client, Refusal, statement};

use super::Named;

/// Deletes a task of the caller permanently, in the trash or not. It leaves a tombstone.
pub fn purge(client: &Client<'_>, task: &Named) -> Result<(), Refusal> {
    client.one(statement!("purge.sql"), task).map(drop)
}
