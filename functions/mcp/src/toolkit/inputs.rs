//! Arguments that several tools take.

use actions::tasks::list::Status;
use domain::{Flag, Optional, Reference, choice, input};

/// Argument of every tool that writes.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";

input! {
    /// A task.
    pub struct TaskInput {
        /// The task: its id, or words of its title such as "buy milk".
        task: Reference,
    }
}

input! {
    /// Consent of the person.
    pub struct Consent {
        /// Set it to `true` only after the person agreed. Without it nothing changes, and the answer
        /// describes the effect.
        confirm: Optional<Flag>,
    }
}

impl Consent {
    /// True if the person agreed.
    pub fn is_given(&self) -> bool {
        self.confirm.0 == Some(Flag(true))
    }
}

choice! {
    /// Status of the tasks to list.
    pub enum StatusFilter { Active = "active", Completed = "completed", Any = "any" }
}

impl StatusFilter {
    /// Returns the filter of the task list, where no status means any.
    pub fn status(self) -> Optional<Status> {
        Optional(match self {
            Self::Active => Some(Status::Active),
            Self::Completed => Some(Status::Completed),
            Self::Any => None,
        })
    }
}
