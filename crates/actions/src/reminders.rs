//! Use cases of reminders, and the JSON schema of a reminder.

pub mod add;
pub mod delete;
pub mod list;
pub mod snooze;

use domain::shape;
use serde_json::Value;
use store::{Reason, Refusal};

pub use add::add;
pub use delete::delete;
pub use list::{of_task, upcoming};
pub use snooze::snooze;

/// Error of a relative reminder if the task has no due date.
pub(crate) const NEEDS_DUE_DATE: &str = "needs a task with a due date";

/// Turns a reason of the database into an error that tells clients what to change.
fn explain(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Rejected(Reason::TaskIsDone) => {
            Refusal::InvalidState("The task is completed, so it cannot have reminders. Reopen it first.")
        }
        other => other,
    }
}

/// Returns the JSON schema of a reminder.
pub fn schema() -> Value {
    shape::REMINDER.schema()
}
