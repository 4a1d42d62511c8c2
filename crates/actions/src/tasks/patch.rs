//! A task is changed.

use domain::{Description, DueDate, Nullable, Optional, Patch, Priority, Tags, Title, input};
use serde::Serialize;
use store::{Principal, statement};

use super::{Named, refused};
use crate::{Answer, Problem};

input! {
    /// What is to be different about a task: a JSON merge patch. What is missing stays as it is.
    pub struct TaskPatch {
        /// What is to be done.
        title: Optional<Title>,
        /// More about it; `null` clears it.
        description: Patch<Description>,
        /// How much it matters; `null` makes it `medium` again.
        priority: Patch<Priority>,
        /// What it is filed under, in place of what was; `null` clears it.
        tags: Patch<Tags>,
        /// When it is due: a time, or a day for the whole of it; `null` clears it.
        due_date: Patch<DueDate>,
        /// Whether that may be in the past.
        allow_past: Option<bool>,
    }
}

input! {
    /// How much the task is to matter.
    pub struct NewPriority {
        /// `low`, `medium` or `high`.
        priority: Priority,
    }
}

input! {
    /// When the task is to be due.
    pub struct NewDueDate {
        /// A time, or a day for the whole of it; `null` clears it.
        due_date: Nullable<DueDate>,
        /// Whether that may be in the past.
        allow_past: Option<bool>,
    }
}

impl TaskPatch {
    fn nothing() -> Self {
        Self {
            title: Optional(None),
            description: Patch::Keep,
            priority: Patch::Keep,
            tags: Patch::Keep,
            due_date: Patch::Keep,
            allow_past: None,
        }
    }
}

impl From<NewPriority> for TaskPatch {
    fn from(new: NewPriority) -> Self {
        Self { priority: Patch::Set(new.priority), ..Self::nothing() }
    }
}

impl From<NewDueDate> for TaskPatch {
    fn from(new: NewDueDate) -> Self {
        let due_date = new.due_date.0.map_or(Patch::Clear, Patch::Set);
        Self { due_date, allow_past: new.allow_past, ..Self::nothing() }
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Named,
    patch: &'a TaskPatch,
}

/// Changes a task of the caller, field by field. A patch that changes nothing makes no new version.
pub fn patch(principal: &Principal, task: &Named, patch: &TaskPatch) -> Result<Answer, Problem> {
    store::one(statement!("patch.sql"), principal, &Input { task, patch }).and_then(Answer::read).map_err(refused)
}
