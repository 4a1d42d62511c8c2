//! Arguments that several tools take.

use actions::Cursor;
use actions::tasks::list::Status;
use domain::{Limit, Optional, Reference, choice, input};

/// Argument of every tool that writes.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";

input! {
    /// Which task.
    pub struct TaskInput {
        /// The task: its id, or words of its title such as "buy milk".
        task: Reference,
    }
}

input! {
    /// How much of a list.
    pub struct PageInput {
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same arguments.
        cursor: Optional<Cursor>,
    }
}

choice! {
    /// Which tasks: those to do, those done, or all.
    pub enum StatusFilter { Active = "active", Completed = "completed", Any = "any" }
}

impl StatusFilter {
    /// The same as a filter of the task list, where no status means any.
    pub fn status(self) -> Optional<Status> {
        Optional(match self {
            Self::Active => Some(Status::Active),
            Self::Completed => Some(Status::Completed),
            Self::Any => None,
        })
    }
}
