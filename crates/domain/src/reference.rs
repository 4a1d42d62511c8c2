//! References to a task or a series, as people and assistants write them.

use serde::Serialize;
use serde_json::Value;

use crate::field::{Field, text};
use crate::text::{line, line_schema};
use crate::{Errors, ItemId};

/// Reference to a task or a series: its id, or words of its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// Exact id.
    Id(ItemId),
    /// Title, or words of it.
    Words(String),
}

impl Field for Reference {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let words = line(text(value)?, 500)?;
        Ok(match words.parse() {
            Ok(id) => Self::Id(id),
            Err(_) => Self::Words(words.split_whitespace().collect::<Vec<_>>().join(" ")),
        })
    }

    fn schema() -> Value {
        line_schema(500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_uuid_is_an_id_and_any_other_text_is_words() {
        let id = "0190163d-8694-739b-aea5-966c26f8ad91";
        assert_eq!(Reference::parse(&json!(id)).map(|reference| json!(reference)), Ok(json!({ "id": id })));
        assert_eq!(Reference::parse(&json!(" buy  milk ")), Ok(Reference::Words("buy milk".into())));
        assert!(Reference::parse(&json!("  ")).is_err());
        assert!(Reference::parse(&json!(7)).is_err());
    }
}
