//! How people and their assistants name a task or a series.

use serde::Serialize;
use serde_json::Value;

use crate::field::{Field, text};
use crate::text::{line, line_schema};
use crate::{Errors, TaskId};

/// An id, or words that name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// This one.
    Id(TaskId),
    /// What is called so, or has these words.
    Words(String),
}

impl Field for Naming {
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
    fn what_looks_like_an_id_is_one_and_all_else_are_words() {
        let id = "0190163d-8694-739b-aea5-966c26f8ad91";
        assert_eq!(Naming::parse(&json!(id)).map(|naming| json!(naming)), Ok(json!({ "id": id })));
        assert_eq!(Naming::parse(&json!(" buy  milk ")), Ok(Naming::Words("buy milk".into())));
        assert!(Naming::parse(&json!("  ")).is_err());
        assert!(Naming::parse(&json!(7)).is_err());
    }
}
