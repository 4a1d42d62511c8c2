//! Restores a task from the trash.

use store::{Client, Refusal, statement};

use super::Target;
use crate::VersionedJson;

/// Restores a task of the caller from the trash. Restoring another task changes nothing.
pub fn restore(client: &Client<'_>, task: &Target) -> Result<VersionedJson, Refusal> {
    client.one(statement!("restore.sql"), task).and_then(VersionedJson::read)
}
