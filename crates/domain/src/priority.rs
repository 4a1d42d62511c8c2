//! How much a task matters.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Errors;
use crate::field::{Field, text, wrong};

/// How much a task matters. Any letter case is understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// What a task has when nothing else was said.
    #[default]
    Medium,
    /// Comes first.
    High,
}

impl Priority {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Field for Priority {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match text(value)?.to_ascii_lowercase().as_str() {
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            _ => Err(wrong("must be low, medium or high")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^([lL][oO][wW]|[mM][eE][dD][iI][uU][mM]|[hH][iI][gG][hH])$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_letter_case_is_understood() {
        assert_eq!(Priority::parse(&json!("HiGh")), Ok(Priority::High));
        assert!(Priority::parse(&json!("urgent")).is_err());
        assert!(Priority::parse(&json!(1)).is_err());
    }
}
