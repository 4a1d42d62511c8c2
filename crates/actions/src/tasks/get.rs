//! Returns a task.

use domain::ItemId;
use store::{Client, Refusal, statement};

use super::Target;
use crate::VersionedJson;

/// Returns a task of the caller that is not in the trash.
pub fn get(client: &Client<'_>, id: ItemId) -> Result<VersionedJson, Refusal> {
    client.one(statement!("get.sql"), &Target { id, expected: None }).and_then(VersionedJson::read)
}
