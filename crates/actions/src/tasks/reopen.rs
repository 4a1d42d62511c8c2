//! Reopens a task.

use store::{Client, Refusal, statement};

use super::Target;
use crate::VersionedJson;

/// Reopens a completed task of the caller. Reopening an open task changes nothing.
pub fn reopen(client: &Client<'_>, task: &Target) -> Result<VersionedJson, Refusal> {
    client.one(statement!("reopen.sql"), task).and_then(VersionedJson::read)
}
