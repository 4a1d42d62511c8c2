//! What a use case answers: JSON text, as Postgres wrote it.

use domain::{TaskId, Version};
use serde::Deserialize;

/// The JSON text of a thing that has a version.
#[derive(Debug)]
pub struct Answer {
    /// The JSON text.
    pub json: String,
    /// Which thing it shows.
    pub id: TaskId,
    /// Which edition of it.
    pub version: Version,
}

impl Answer {
    pub(crate) fn read(json: String) -> Result<Self, store::Refusal> {
        #[derive(Deserialize)]
        struct Versioned {
            id: TaskId,
            version: Version,
        }
        let Versioned { id, version } = serde_json::from_str(&json)
            .map_err(|error| store::Refusal::fault(format!("an answer has no version: {error}")))?;
        Ok(Self { json, id, version })
    }
}
