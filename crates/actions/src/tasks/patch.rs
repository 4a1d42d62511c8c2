//! Updates a task.

use domain::{Description, Nullable, Optional, Patch, Priority, Tags, TimeOrDay, Title, input};
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::{Target, explain};
use crate::VersionedJson;

input! {
    /// Changes to a task, as a JSON merge patch: omitted members keep their value.
    #[derive(Default)]
    pub struct TaskPatch {
        /// Title of the task.
        title: Optional<Title>,
        /// Details; `null` clears them.
        description: Patch<Description>,
        /// Priority; `null` resets it to `medium`.
        priority: Patch<Priority>,
        /// Tags, which replace the current ones; `null` removes all.
        tags: Patch<Tags>,
        /// Due date: a time, or a whole day; `null` clears it.
        due_date: Patch<TimeOrDay>,
        /// `true` allows a due date in the past.
        allow_past: Option<bool>,
    }
}

input! {
    /// New priority of a task.
    pub struct NewPriority {
        /// Priority: `low`, `medium` or `high`.
        priority: Priority,
    }
}

input! {
    /// New due date of a task.
    pub struct NewDueDate {
        /// Due date: a time, or a whole day; `null` clears it.
        due_date: Nullable<TimeOrDay>,
        /// `true` allows a due date in the past.
        allow_past: Option<bool>,
    }
}

impl From<NewPriority> for TaskPatch {
    fn from(new: NewPriority) -> Self {
        Self { priority: Patch::Set(new.priority), ..Self::default() }
    }
}

impl From<NewDueDate> for TaskPatch {
    fn from(new: NewDueDate) -> Self {
        let due_date = new.due_date.0.map_or(Patch::Clear, Patch::Set);
        Self { due_date, allow_past: new.allow_past, ..Self::default() }
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Target,
    patch: &'a TaskPatch,
}

/// Updates the given members of a task of the caller. A patch without changes creates no new version.
pub fn patch(client: &Client<'_>, task: &Target, patch: &TaskPatch) -> Result<VersionedJson, Refusal> {
    client.one(statement!("patch.sql"), &Input { task, patch }).and_then(VersionedJson::read).map_err(explain)
}
