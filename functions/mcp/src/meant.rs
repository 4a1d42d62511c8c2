//! What the words of a call mean.

use std::collections::BTreeSet;

use actions::naming::{Found, Hit};
use actions::tasks::find::Where;
use domain::{Reference, TaskId};
use serde_json::{Value, json};
use store::{Refusal, statement};

use crate::call::{Call, id, read};
use crate::refused::Trouble;

impl Call {
    /// The task that is meant.
    pub fn task(&self, naming: &Reference, r#where: Where) -> Result<Hit, Trouble> {
        decide("task", actions::tasks::find(&self.principal, naming, r#where)?)
    }

    /// The id of the task that is meant. Where it is one already, whoever acts on it sees whether there is such a task.
    pub fn task_id(&self, naming: &Reference, r#where: Where) -> Result<TaskId, Trouble> {
        match naming {
            Reference::Id(id) => Ok(*id),
            // The words may mean something else by now, but the first answer is given again whatever they mean.
            Reference::Words(_) if self.comes_again => Ok(self.clock.ids[0]),
            Reference::Words(_) => Ok(id(&self.task(naming, r#where)?.shown)?),
        }
    }

    /// The same, in the words of use cases that change tasks.
    pub fn named(&self, naming: &Reference) -> Result<actions::tasks::Named, Trouble> {
        Ok(actions::tasks::Named { id: self.task_id(naming, Where::default())?, expected: None })
    }

    /// What the tasks of reminders are called, by their ids.
    pub fn titles(&self, reminders: &Value) -> Result<Value, Refusal> {
        let all = reminders.as_array().map(Vec::as_slice).unwrap_or_default();
        let tasks: BTreeSet<&str> = all.iter().filter_map(|reminder| reminder["task_id"].as_str()).collect();
        read(&store::one(statement!("titles.sql"), &self.principal, &json!({ "tasks": tasks }))?)
    }

    /// The series that is meant.
    pub fn series(&self, naming: &Reference) -> Result<Hit, Trouble> {
        decide("recurring_task", actions::series::named(&self.principal, naming)?)
    }
}

fn decide(argument: &'static str, found: Found) -> Result<Hit, Trouble> {
    match found {
        Found::One(one) => Ok(one),
        Found::Several(candidates) => Err(Trouble::Several(argument, candidates)),
        Found::Nothing(candidates) => Err(Trouble::Nothing(argument, candidates)),
    }
}
