//! What is in use is suggested to whoever begins to write it.

use domain::choice;
use serde::{Deserialize, Serialize};
use store::{Principal, Refusal, statement};

choice! {
    /// What begins so.
    pub enum Of { Tags = "tags", Titles = "titles" }
}

#[derive(Serialize)]
struct Input<'a> {
    of: Of,
    beginning: &'a str,
}

/// What could be meant.
#[derive(Debug, Deserialize)]
pub struct Suggestions {
    /// Up to a hundred, the likeliest first.
    pub values: Vec<String>,
    /// How many there are.
    pub total: usize,
}

/// Suggests tags or titles of the caller's open tasks.
pub fn suggest(principal: &Principal, of: Of, beginning: &str) -> Result<Suggestions, Refusal> {
    let row = store::one(statement!("suggest.sql"), principal, &Input { of, beginning })?;
    serde_json::from_str(&row).map_err(|_| Refusal::fault("suggestions cannot be read"))
}
