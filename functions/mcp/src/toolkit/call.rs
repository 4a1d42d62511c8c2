//! A call of a tool, and the tasks and series that its arguments name.

use std::collections::BTreeSet;

use actions::Clock;
use actions::resolution::{Hit, Resolution};
use actions::tasks::Target;
use actions::tasks::resolve::SearchOptions;
use domain::{ItemId, Reference};
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use super::error::ToolError;

/// A call of a tool.
#[derive(Debug)]
pub struct Call<'a> {
    pub caller: Client<'a>,
    pub clock: Clock,
    /// If this call is a replay, the id of the task or series that the first call changed. The kept answer is
    /// returned then.
    pub replayed: Option<ItemId>,
}

impl Call<'_> {
    /// Resolves a reference to a task.
    pub fn resolve_task(&self, reference: &Reference, options: SearchOptions) -> Result<Hit, ToolError> {
        require_one("task", actions::tasks::resolve(&self.caller, reference, options)?)
    }

    /// Returns the id of the task that a reference names. An id is returned unchecked: the action checks it.
    pub fn task_id(&self, reference: &Reference, options: SearchOptions) -> Result<ItemId, ToolError> {
        match reference {
            Reference::Id(id) => Ok(*id),
            // The words may name another task by now.
            Reference::Words(_) => match self.replayed {
                Some(id) => Ok(id),
                None => Ok(id_of(&self.resolve_task(reference, options)?.item)?),
            },
        }
    }

    /// Returns the task that a reference names as the target of a change.
    pub fn target(&self, reference: &Reference) -> Result<Target, ToolError> {
        Ok(Target { id: self.task_id(reference, SearchOptions::default())?, expected: None })
    }

    /// Resolves a reference to a series.
    pub fn resolve_series(&self, reference: &Reference) -> Result<Hit, ToolError> {
        require_one("recurring_task", actions::series::resolve(&self.caller, reference)?)
    }

    /// Returns the titles of the reminders' tasks, by task id.
    pub fn titles(&self, reminders: &Value) -> Result<Value, Refusal> {
        let reminders = reminders.as_array().map(Vec::as_slice).unwrap_or_default();
        let tasks: BTreeSet<&str> =
            reminders.iter().filter_map(|reminder| reminder["task_id"].as_str()).collect();
        parse_json(&self.caller.one(statement!("titles.sql"), &json!({ "tasks": tasks }))?)
    }
}

/// Returns the only match, or an error about the argument.
fn require_one(argument: &'static str, resolution: Resolution) -> Result<Hit, ToolError> {
    match resolution {
        Resolution::One(hit) => Ok(hit),
        Resolution::Several(candidates) => Err(ToolError::Ambiguous { argument, candidates }),
        Resolution::Nothing(candidates) => Err(ToolError::NoMatch { argument, candidates }),
    }
}

/// Parses the response of an action.
pub fn parse_json(json: &str) -> Result<Value, Refusal> {
    serde_json::from_str(json).map_err(|error| Refusal::unreadable("a response", error))
}

/// The `id` of a task or series.
pub fn id_of(item: &Value) -> Result<ItemId, Refusal> {
    let id = item["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refusal::fault("a response has no id"))
}
