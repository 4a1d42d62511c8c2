//! Deletes a reminder.

use domain::ItemId;
use store::{Client, Refusal, statement};

use crate::tasks::Target;

/// Deletes a reminder of the caller and returns it. It leaves a tombstone.
pub fn delete(client: &Client<'_>, id: ItemId) -> Result<String, Refusal> {
    client.one(statement!("delete.sql"), &Target { id, expected: None })
}
