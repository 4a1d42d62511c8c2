//! Errors in an input, each with a JSON pointer to the invalid member.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::ops::{Deref, DerefMut};

/// One error in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer to the invalid member, such as `/tags/3`.
    pub pointer: String,
    /// Description of the error and of the values that are allowed.
    pub detail: String,
}

/// All errors in an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Deref for Errors {
    type Target = Vec<FieldError>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Errors {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl IntoIterator for Errors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<FieldError> for Errors {
    fn from_iter<I: IntoIterator<Item = FieldError>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

/// Writes all errors on one line, each with its pointer; an error about the whole value has none.
impl Display for Errors {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = |error: &FieldError| format!("{} {}", error.pointer, error.detail).trim_start().to_owned();
        let lines: Vec<String> = self.iter().map(line).collect();
        f.write_str(&lines.join("; "))
    }
}

impl Error for Errors {}

/// Returns an error about a value as a whole.
pub fn wrong(detail: impl Into<String>) -> Errors {
    Errors(vec![FieldError { pointer: String::new(), detail: detail.into() }])
}

/// Prefixes the pointers of errors with the name of the member that has them.
pub fn within(name: impl Display, errors: Errors) -> Errors {
    let moved = |error: FieldError| FieldError { pointer: format!("/{name}{}", error.pointer), ..error };
    errors.into_iter().map(moved).collect()
}

/// Returns an error about one member.
pub fn wrong_member(name: &str, detail: impl Into<String>) -> Errors {
    within(name, wrong(detail))
}

/// Maximum number of characters of a text of the client in an error.
const MAX_QUOTED: usize = 200;

/// Shortens a text of the client for an error, so that a small request cannot cause a large response.
pub fn shorten(text: &str) -> Cow<'_, str> {
    shorten_to(MAX_QUOTED, text)
}

/// Shortens a text to a number of characters.
pub fn shorten_to(most: usize, text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Writes the name of a member as a part of a JSON pointer, shortened.
pub fn escape(name: &str) -> String {
    shorten(name).replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_text_is_shortened() {
        for text in ["", "a/b~c", &"ü".repeat(MAX_QUOTED)] {
            assert_eq!(shorten(text), text);
        }
        assert_eq!(shorten(&"ü".repeat(500_000)), format!("{}…", "ü".repeat(MAX_QUOTED)));
        assert_eq!(escape("a/b~c"), "a~1b~0c");
    }

    #[test]
    fn errors_are_written_on_one_line() {
        let errors: Errors = wrong("is wrong").into_iter().chain(wrong_member("a", "is required")).collect();
        assert_eq!(errors.to_string(), "is wrong; /a is required");
    }
}
