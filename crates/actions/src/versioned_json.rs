//! Response of a use case about a thing that has a version.

use domain::{ItemId, Version};
use serde::{Deserialize, Serialize};
use store::{Fault, Refusal};

/// JSON text of a thing that has a version: the body of a response, with the value of its `ETag`.
#[derive(Debug)]
pub struct VersionedJson {
    /// JSON text.
    pub json: String,
    /// Id of the thing.
    pub id: ItemId,
    /// Version of the thing.
    pub version: Version,
}

impl VersionedJson {
    /// Reads the id and the version from a JSON text, which stays as it is.
    pub(crate) fn read(json: String) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Versioned {
            id: ItemId,
            version: Version,
        }
        let Versioned { id, version } = serde_json::from_str(&json)
            .map_err(|error| Refusal::unreadable("the version of a response", error))?;
        Ok(Self { json, id, version })
    }

    /// Writes a value as JSON.
    pub(crate) fn new(value: &impl Serialize) -> Result<Self, Refusal> {
        serde_json::to_string(value)
            .map_err(|error| Refusal::Fault(Fault::caused_by("a response cannot be written", error)))
            .and_then(Self::read)
    }
}
