//! Suggests tags and titles for completion.

use domain::{choice, to_nfc};
use serde::{Deserialize, Serialize};
use store::{Client, Refusal, statement};

choice! {
    /// Kind of suggestions.
    pub enum SuggestionKind { Tags = "tags", Titles = "titles" }
}

#[derive(Serialize)]
struct Input<'a> {
    of: SuggestionKind,
    beginning: &'a str,
}

/// Suggestions for a prefix.
#[derive(Debug, Deserialize)]
pub struct Suggestions {
    /// Up to a hundred values, the best first.
    pub values: Vec<String>,
    /// Total number of matching values.
    pub total: usize,
}

/// Returns tags or titles of the caller's open tasks that begin with a prefix.
pub fn suggest(client: &Client<'_>, of: SuggestionKind, beginning: &str) -> Result<Suggestions, Refusal> {
    let input = Input { of, beginning: &to_nfc(beginning) };
    let row = client.one(statement!("suggest.sql"), &input)?;
    serde_json::from_str(&row).map_err(|error| Refusal::unreadable("suggestions", error))
}
