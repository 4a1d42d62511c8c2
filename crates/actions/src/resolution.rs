//! Resolution of references: tasks and series that match an id or words.

use domain::ItemId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Refusal;

/// Possible match: a task or a series.
#[derive(Debug, Deserialize, Serialize)]
pub struct Candidate {
    /// Id of the task or series.
    pub id: ItemId,
    /// Title of the task or series.
    pub title: String,
    /// True if the task is open, or the series has not ended.
    pub open: bool,
    /// Due date, or the next occurrence of a series.
    pub due_date: Option<String>,
    /// True if it is due on a whole day.
    pub all_day: bool,
}

/// Match of a reference.
#[derive(Debug)]
pub struct Hit {
    /// JSON of the task or series, as clients see it.
    pub item: Value,
    /// True if the reference was its id, or its exact title and no other task has that title, including
    /// completed and deleted ones.
    pub is_exact: bool,
    /// Number of open tasks of a series.
    pub open_tasks: u32,
}

/// Result of resolving a reference.
#[derive(Debug)]
pub enum Resolution {
    /// Exactly one match.
    One(Hit),
    /// Up to six matches, the best first.
    Several(Vec<Candidate>),
    /// No match; similar titles, if there are any.
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

/// Parses the row of a statement that resolves a reference.
pub(crate) fn parse_resolution(row: &str) -> Result<Resolution, Refusal> {
    match serde_json::from_str(row).map_err(|error| Refusal::unreadable("a resolved reference", error))? {
        Row { hit: Some(item), is_exact, open_tasks, .. } => {
            Ok(Resolution::One(Hit { item, is_exact, open_tasks }))
        }
        Row { ambiguous: Some(candidates), .. } => Ok(Resolution::Several(candidates)),
        Row { no_match: Some(candidates), .. } => Ok(Resolution::Nothing(candidates)),
        _ => Err(Refusal::fault("invalid row of a resolved reference")),
    }
}
