//! Tag of a task.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Errors;
use crate::field::{Field, text};
use crate::text::{line, line_schema_without};

/// Tag of 1 to 50 characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tag(String);

/// Maximum number of characters in a tag.
pub const MAX_LENGTH: usize = 50;

impl Tag {
    /// Returns the tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for Tag {
    fn parse(value: &Value) -> Result<Self, Errors> {
        line(text(value)?, MAX_LENGTH).map(Self)
    }

    /// Excludes the comma, which separates tags in a query.
    fn schema() -> Value {
        line_schema_without(",", MAX_LENGTH)
    }
}

/// Parses a tag from a path segment.
impl std::str::FromStr for Tag {
    type Err = Errors;

    fn from_str(text: &str) -> Result<Self, Errors> {
        Self::parse(&json!(text))
    }
}
