//! A word that a task is filed under.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Errors;
use crate::field::{Field, text};
use crate::text::{line, line_schema_without};

/// A tag of 1 to 50 characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tag(String);

/// How long a tag is at the most.
pub const LONGEST: usize = 50;

impl Tag {
    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for Tag {
    fn parse(value: &Value) -> Result<Self, Errors> {
        line(text(value)?, LONGEST).map(Self)
    }

    /// In a query a comma separates tags, so it is no part of one there.
    fn schema() -> Value {
        line_schema_without(",", LONGEST)
    }
}

/// As it stands in a path.
impl std::str::FromStr for Tag {
    type Err = Errors;

    fn from_str(text: &str) -> Result<Self, Errors> {
        Self::parse(&json!(text))
    }
}
