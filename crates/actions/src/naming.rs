//! What is meant by words.

use domain::TaskId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Refusal;

/// A task or a series that may be meant.
#[derive(Debug, Deserialize, Serialize)]
pub struct Candidate {
    /// What it is known by.
    pub id: TaskId,
    /// What it is called.
    pub title: String,
    /// Whether it is still to be done, or goes on.
    pub open: bool,
    /// When.
    pub due_date: Option<String>,
    /// Whether that is the whole day.
    pub all_day: bool,
}

/// What was meant.
#[derive(Debug)]
pub struct Hit {
    /// As it is shown.
    pub shown: Value,
    /// Whether it was named by its id, or by its very title that nothing else has, be it done or in the trash.
    pub is_exact: bool,
    /// Of a series, how many tasks are to be done.
    pub open_tasks: u32,
}

/// What was found for a name.
#[derive(Debug)]
pub enum Found {
    /// This, and no doubt.
    One(Hit),
    /// Several are called so: up to six, the likeliest first.
    Several(Vec<Candidate>),
    /// Nothing is called so, but some are alike.
    Nothing(Vec<Candidate>),
}

#[derive(Deserialize)]
struct Row {
    hit: Option<Value>,
    #[serde(default)]
    is_exact: bool,
    #[serde(default)]
    open_tasks: u32,
    ambiguous: Option<Vec<Candidate>>,
    no_match: Option<Vec<Candidate>>,
}

/// Reads the row of a statement that finds.
pub(crate) fn read(row: &str) -> Result<Found, Refusal> {
    let unreadable = || Refusal::fault("what was found cannot be read");
    match serde_json::from_str(row).map_err(|_| unreadable())? {
        Row { hit: Some(shown), is_exact, open_tasks, .. } => Ok(Found::One(Hit { shown, is_exact, open_tasks })),
        Row { ambiguous: Some(candidates), .. } => Ok(Found::Several(candidates)),
        Row { no_match: Some(candidates), .. } => Ok(Found::Nothing(candidates)),
        _ => Err(unreadable()),
    }
}
