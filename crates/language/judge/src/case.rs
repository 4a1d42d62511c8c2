//! A line of a file of cases.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use language::{Now, Order};
use serde_json::Value;

/// Sentence with what is expected of it.
#[derive(Debug)]
pub struct Case {
    /// Name of the file's source, and a number.
    pub id: String,
    /// Sentence.
    pub text: String,
    /// Expectation: a day, an instant, an operation, a reply, …
    pub expect: Value,
    /// Remarks of the source, such as `bare` for a sentence that is nothing but a date.
    pub hints: Vec<String>,
    /// Words that say the date.
    pub phrase: Option<String>,
    /// Label of the source.
    pub label: String,
    /// Present, at which the sentence is said.
    pub now: Now,
    /// Zone of the local times that are expected.
    pub zone: TimeZone,
}

/// Present of cases that name none.
const NOW: &str = "2026-03-04T10:00:00Z";

impl Case {
    /// Parses a line.
    pub fn parse(line: &str) -> Result<Self, String> {
        let row: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let instant: Timestamp =
            text("now").unwrap_or(NOW).parse().map_err(|error: jiff::Error| error.to_string())?;
        let zone = match text("timezone") {
            Some(name) => TimeZone::get(name).map_err(|error| error.to_string())?,
            None => TimeZone::UTC,
        };
        let order = text("locale").and_then(Order::of_locale);
        Ok(Self {
            id: text("id").unwrap_or_default().to_owned(),
            text: text("text").ok_or("`text` is missing")?.to_owned(),
            expect: row.get("expect").cloned().ok_or("`expect` is missing")?,
            hints: row["hints"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            phrase: text("phrase").map(str::to_owned),
            label: text("label").unwrap_or_default().to_owned(),
            now: Now::new(instant, zone.clone(), order),
            zone,
        })
    }

    /// True if the corpus gives this hint.
    pub fn has_hint(&self, hint: &str) -> bool {
        self.hints.iter().any(|known| known == hint)
    }
}
