//! The tools, a file each.

mod add_task;
mod add_task_tags;
mod cancel_reminder;
mod complete_task;
mod create_recurring_task;
mod delete_task;
mod filter_tasks;
mod get_task;
mod get_task_history;
mod list_notifications;
mod list_recurring_tasks;
mod list_reminders;
mod list_tasks;
mod remove_task_tags;
mod reopen_task;
mod search_tasks;
mod set_reminder;
mod set_task_due_date;
mod set_task_priority;
mod sort_tasks;
mod stop_recurring_task;
mod update_task;

use actions::Cursor;
use actions::tasks::list::Status;
use domain::{Limit, Optional, Reference, choice, input};

pub use add_task::AddTask;
pub use add_task_tags::AddTaskTags;
pub use cancel_reminder::CancelReminder;
pub use complete_task::CompleteTask;
pub use create_recurring_task::CreateRecurringTask;
pub use delete_task::DeleteTask;
pub use filter_tasks::FilterTasks;
pub use get_task::GetTask;
pub use get_task_history::GetTaskHistory;
pub use list_notifications::ListNotifications;
pub use list_recurring_tasks::ListRecurringTasks;
pub use list_reminders::ListReminders;
pub use list_tasks::ListTasks;
pub use remove_task_tags::RemoveTaskTags;
pub use reopen_task::ReopenTask;
pub use search_tasks::SearchTasks;
pub use set_reminder::SetReminder;
pub use set_task_due_date::SetTaskDueDate;
pub use set_task_priority::SetTaskPriority;
pub use sort_tasks::SortTasks;
pub use stop_recurring_task::StopRecurringTask;
pub use update_task::UpdateTask;

input! {
    /// Which task.
    pub struct Which {
        /// The task: its id, or words of its title such as "buy milk".
        task: Reference,
    }
}

input! {
    /// How much of a list.
    pub struct Part {
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same arguments.
        cursor: Optional<Cursor>,
    }
}

choice! {
    /// Which tasks: those to do, those done, or all.
    pub enum Wanted { Active = "active", Completed = "completed", Any = "any" }
}

impl Wanted {
    /// What that is to a list; those to do, where nothing is said.
    fn status(wanted: &Optional<Self>) -> Optional<Status> {
        Optional(match wanted.0 {
            None | Some(Self::Active) => Some(Status::Active),
            Some(Self::Completed) => Some(Status::Completed),
            Some(Self::Any) => None,
        })
    }
}
