//! Answers: what a sentence asks for.

use domain::{Field, choice};
use serde::Serialize;
use serde_json::{Map, Value};

/// Understanding of a sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Understanding {
    /// Name of a tool, `help` or `unknown`.
    pub operation: Operation,
    /// Arguments of the tool.
    pub data: Map<String, Value>,
    /// From 0 to 1; below 0.6 it should be asked.
    pub confidence: f64,
    /// True if the user has to answer a question first.
    pub needs_clarification: bool,
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Answers to the question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Adjustments of what was said.
    pub notes: Vec<String>,
    /// Recognized passages.
    pub spans: Vec<Span>,
    /// Meaning of the sentence as the reply to a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Reply>,
    /// Further wishes of the same message, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Self>,
}

/// Possible answer to a question, with the operation that it leads to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Words of the answer.
    pub label: String,
    /// Operation, if it is another one.
    pub operation: Operation,
    /// Arguments of the tool.
    pub data: Map<String, Value>,
}

/// Recognized passage of the text, in characters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    /// First character.
    pub from: usize,
    /// Character after the last one.
    pub to: usize,
    /// Kind of the recognized passage.
    pub kind: SpanKind,
    /// Its meaning, if it is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

choice! {
    /// Kind of a recognized passage. A `command` says what to do; a `quote` is a quotation mark around a
    /// title.
    pub enum SpanKind {
        Date = "date", Recurrence = "recurrence", Reminder = "reminder", Priority = "priority", Tag = "tag",
        Command = "command", Quote = "quote",
    }
}

choice! {
    /// Operation that a sentence asks for: a tool, `help` or `unknown`.
    pub enum Operation {
        AddTask = "add_task",
        ListTasks = "list_tasks",
        GetTask = "get_task",
        UpdateTask = "update_task",
        CompleteTask = "complete_task",
        ReopenTask = "reopen_task",
        DeleteTask = "delete_task",
        SetTaskPriority = "set_task_priority",
        SetTaskDueDate = "set_task_due_date",
        AddTaskTags = "add_task_tags",
        RemoveTaskTags = "remove_task_tags",
        SearchTasks = "search_tasks",
        FilterTasks = "filter_tasks",
        SortTasks = "sort_tasks",
        CreateRecurringTask = "create_recurring_task",
        ListRecurringTasks = "list_recurring_tasks",
        StopRecurringTask = "stop_recurring_task",
        SetReminder = "set_reminder",
        ListReminders = "list_reminders",
        CancelReminder = "cancel_reminder",
        GetTaskHistory = "get_task_history",
        ListNotifications = "list_notifications",
        Help = "help",
        Unknown = "unknown",
    }
}

impl Operation {
    /// True if the tool changes something.
    pub fn is_write(self) -> bool {
        use Operation::*;
        !matches!(
            self,
            ListTasks
                | GetTask
                | SearchTasks
                | FilterTasks
                | SortTasks
                | ListRecurringTasks
                | ListReminders
                | GetTaskHistory
                | ListNotifications
                | Help
                | Unknown
        )
    }
}

/// Meaning of a sentence as the reply to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Agreement.
    Yes,
    /// Refusal.
    No,
    /// Never mind.
    Cancel,
    /// Take back what was done last.
    Undo,
    /// The option with that number, from 1; -1 is the last one.
    Choice(i32),
}

/// True if tools accept a text as such a value: it is neither too long nor invisible.
pub fn is_valid<T: Field>(text: &str) -> bool {
    T::parse(&text.into()).is_ok()
}

impl Understanding {
    /// An understanding without arguments.
    pub fn new(operation: Operation, confidence: f64) -> Self {
        Self {
            operation,
            data: Map::new(),
            confidence,
            needs_clarification: false,
            question: None,
            options: Vec::new(),
            notes: Vec::new(),
            spans: Vec::new(),
            answer: None,
            then: Vec::new(),
        }
    }

    /// Adds an argument.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    /// Asks a question. The first one is asked; the others follow from the answer.
    pub fn ask(&mut self, question: impl Into<String>) {
        if self.question.is_none() {
            self.question = Some(question.into());
        }
        self.needs_clarification = true;
    }
}
