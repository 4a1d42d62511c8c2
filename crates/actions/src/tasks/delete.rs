//! Moves a task to the trash.

use store::{Client, Refusal, statement};

use super::Target;

/// Moves a task of the caller to the trash, and returns it.
pub fn delete(client: &Client<'_>, task: &Target) -> Result<String, Refusal> {
    client.one(statement!("delete.sql"), task)
}
