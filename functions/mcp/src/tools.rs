//! The table of tools, one file each.

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

use rust_mcp_schema as schema;
use serde_json::json;

use self::add_task::AddTask;
use self::add_task_tags::AddTaskTags;
use self::cancel_reminder::CancelReminder;
use self::complete_task::CompleteTask;
use self::create_recurring_task::CreateRecurringTask;
use self::delete_task::DeleteTask;
use self::filter_tasks::FilterTasks;
use self::get_task::GetTask;
use self::get_task_history::GetTaskHistory;
use self::list_notifications::ListNotifications;
use self::list_recurring_tasks::ListRecurringTasks;
use self::list_reminders::ListReminders;
use self::list_tasks::ListTasks;
use self::remove_task_tags::RemoveTaskTags;
use self::reopen_task::ReopenTask;
use self::search_tasks::SearchTasks;
use self::set_reminder::SetReminder;
use self::set_task_due_date::SetTaskDueDate;
use self::set_task_priority::SetTaskPriority;
use self::sort_tasks::SortTasks;
use self::stop_recurring_task::StopRecurringTask;
use self::update_task::UpdateTask;
use crate::toolkit::ToolEntry;

/// All tools, in the order of `tools/list`.
pub const TOOLS: &[ToolEntry] = &[
    ToolEntry::of::<AddTask>(),
    ToolEntry::of::<ListTasks>(),
    ToolEntry::of::<GetTask>(),
    ToolEntry::of::<UpdateTask>(),
    ToolEntry::of::<CompleteTask>(),
    ToolEntry::of::<ReopenTask>(),
    ToolEntry::of::<DeleteTask>(),
    ToolEntry::of::<SetTaskPriority>(),
    ToolEntry::of::<SetTaskDueDate>(),
    ToolEntry::of::<AddTaskTags>(),
    ToolEntry::of::<RemoveTaskTags>(),
    ToolEntry::of::<SearchTasks>(),
    ToolEntry::of::<FilterTasks>(),
    ToolEntry::of::<SortTasks>(),
    ToolEntry::of::<CreateRecurringTask>(),
    ToolEntry::of::<ListRecurringTasks>(),
    ToolEntry::of::<StopRecurringTask>(),
    ToolEntry::of::<SetReminder>(),
    ToolEntry::of::<ListReminders>(),
    ToolEntry::of::<CancelReminder>(),
    ToolEntry::of::<GetTaskHistory>(),
    ToolEntry::of::<ListNotifications>(),
];

/// Finds the tool of that name.
pub fn find(name: &str) -> Option<&'static ToolEntry> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// The content of tools.json: everything that models read about the tools.
pub fn tools_json() -> String {
    let tools: Vec<schema::Tool> = TOOLS.iter().map(|tool| (tool.describe)()).collect();
    format!("{:#}\n", json!(tools))
}
