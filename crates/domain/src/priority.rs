//! Priority of a task.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Priority of a task. Parsing ignores letter case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Low priority.
    Low,
    /// Medium priority, the default.
    #[default]
    Medium,
    /// High priority.
    High,
}

impl Priority {
    /// Returns the priority as it is stored.
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
    fn letter_case_is_ignored() {
        assert_eq!(Priority::parse(&json!("HiGh")), Ok(Priority::High));
        assert!(Priority::parse(&json!("urgent")).is_err());
        assert!(Priority::parse(&json!(1)).is_err());
    }
}
