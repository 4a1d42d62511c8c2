//! Returns a series with its occurrences.

use domain::{ItemId, shape};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use store::{Client, Refusal, statement};

use super::progress::{Progress, parse_row};
use crate::VersionedJson;
use crate::tasks::Target;

/// Series with its occurrences.
#[derive(Serialize)]
struct SeriesWithOccurrences {
    #[serde(flatten)]
    series: Value,
    past_occurrences: Box<RawValue>,
    next_occurrences: Vec<String>,
}

/// Returns a series of the caller, with its past occurrences and the due dates of the next ones.
pub fn get(client: &Client<'_>, id: ItemId) -> Result<VersionedJson, Refusal> {
    let mut rows = client.call(statement!("get.sql"), &Target { id, expected: None })?;
    let progress = rows.require("progress")?;
    let found: Progress = parse_row(&progress)?;
    let response = SeriesWithOccurrences {
        series: found.with_next(&rows.require("series")?)?,
        past_occurrences: parse_row(&rows.require("past")?)?,
        next_occurrences: found.upcoming().take(shape::NEXT_OCCURRENCES).collect(),
    };
    VersionedJson::new(&response)
}

/// Returns the JSON schema of a series with its occurrences.
pub fn schema() -> Value {
    shape::SERIES_WITH_OCCURRENCES.schema()
}
