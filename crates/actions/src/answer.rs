//! What a use case answers: JSON text, as Postgres wrote it.

use domain::Version;
use serde::Deserialize;

/// The JSON text of a thing that has a version.
#[derive(Debug)]
pub struct Answer {
    /// The JSON text.
    pub json: String,
    /// Which edition of the thing it shows.
    pub version: Version,
}

impl Answer {
    pub(crate) fn read(json: String) -> Result<Self, store::Refusal> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Version,
        }
        let Versioned { version } = serde_json::from_str(&json)
            .map_err(|error| store::Refusal::fault(format!("an answer has no version: {error}")))?;
        Ok(Self { json, version })
    }
}
