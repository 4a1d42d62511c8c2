//! Titles and descriptions.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Title of a task: one line of 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title(String);

/// Description of a task: up to 20,000 characters, with line breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description(String);

impl Field for Title {
    fn parse(value: &Value) -> Result<Self, Errors> {
        line(text(value)?, 500).map(Self)
    }

    fn schema() -> Value {
        line_schema(500)
    }
}

impl Field for Description {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = text(value)?;
        if text.chars().count() > 20_000 {
            return Err(wrong("must have at most 20000 characters"));
        }
        // Postgres cannot store it.
        if text.contains('\0') {
            return Err(wrong("must not contain the NUL character"));
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 20_000, "pattern": "^[^\\u0000]*$" })
    }
}

/// Trims a line of text and checks that it has 1 to `max` characters and no control characters.
pub fn line(text: &str, max: usize) -> Result<String, Errors> {
    if text.chars().any(char::is_control) {
        return Err(wrong("must not contain control characters"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(wrong(format!("must have at most {max} characters, not {length}")));
    }
    // A byte order mark is as invisible as a space, but is not whitespace in Unicode.
    match text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}') {
        "" => Err(wrong("must not be empty")),
        text => Ok(text.to_owned()),
    }
}

/// Returns the JSON schema of [`line`]. Its pattern avoids classes that some regex dialects lack.
pub fn line_schema(max: usize) -> Value {
    line_schema_without("", max)
}

/// Returns the JSON schema of a line that also excludes the characters in `others`.
pub fn line_schema_without(others: &str, max: usize) -> Value {
    let any = format!("[^\\u0000-\\u001f\\u007f-\\u009f{others}]");
    let visible = format!("[^\\u0000-\\u001f\\u007f-\\u009f\\s\\ufeff{others}]");
    json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": format!("^{any}*{visible}{any}*$") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_title_loses_the_spaces_around_it() {
        assert_eq!(Title::parse(&json!("  buy milk ")), Ok(Title("buy milk".into())));
    }

    #[test]
    fn a_title_counts_characters_and_not_bytes() {
        assert!(Title::parse(&json!("ü".repeat(500))).is_ok());
        assert!(Title::parse(&json!("ü".repeat(501))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_title_within_its_bounds_or_an_error(text in any::<String>()) {
            if let Ok(Title(title)) = Title::parse(&json!(text)) {
                prop_assert!((1..=500).contains(&title.chars().count()));
                prop_assert_eq!(title.trim(), &title);
                prop_assert!(!title.chars().any(char::is_control));
            }
        }

        #[test]
        fn parsing_a_parsed_title_changes_nothing(text in "[ -~]{1,600}") {
            if let Ok(title) = Title::parse(&json!(text)) {
                prop_assert_eq!(Title::parse(&json!(title.0.clone())), Ok(title));
            }
        }
    }
}
