//! Purges a task.

use store::{Client, Refusal, statement};

use super::Target;

/// Deletes a task of the caller permanently, in the trash or not. It leaves a tombstone.
pub fn purge(client: &Client<'_>, task: &Target) -> Result<(), Refusal> {
    client.one(statement!("purge.sql"), task).map(drop)
}
