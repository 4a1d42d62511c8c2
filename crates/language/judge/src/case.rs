//! A line of a file of cases.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use language::{Now, Order};
use serde_json::Value;

/// Sentence with what is expected of it.
#[derive(Debug)]
pub struct Case {
    pub id: String,
    pub text: String,
    pub expect: Value,
    pub hints: Vec<String>,
    pub phrase: Option<String>,
    pub label: String,
    pub now: Now,
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
