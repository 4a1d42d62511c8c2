use actions::naming::Hit;
use actions::series::{self, Stopping};
use domain::{Flag, Optional, Reference, input};
use serde_json::{Value, json};

use crate::call::{Call, id, read};
use crate::refused::Trouble;
use crate::reply::{Reply, line};
use crate::tool::{Does, Tool};

/// `stop_recurring_task`
pub struct StopRecurringTask;

input! {
    /// Which series, and how.
    pub struct Input {
        /// The series: its id, or words of its title such as "stand-up".
        recurring_task: Reference,
        /// With `true`, what is still to be done of it goes to the trash, too; that needs `confirm`. Else it stays.
        delete_open: Optional<Flag>,
        /// `true` only when the person agreed that open tasks are deleted, which needs it. With `false` nothing changes, and you
        /// hear what would happen.
        confirm: Optional<Flag>,
    }
}

impl Tool for StopRecurringTask {
    const NAME: &'static str = "stop_recurring_task";
    const TITLE: &'static str = "Stop a series";
    const ABOUT: &'static str = "Ends a series: no further task of it comes. The open one stays to be done, unless `delete_open` is true: that \
        is done only with `confirm: true`, after the person agreed. To skip a single occurrence use delete_task on that task. \
        Example: {\"recurring_task\": \"stand-up\"}";
    const DOES: Does = Does::Replace;
    type Input = Input;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "Whether the series has ended",
            "properties": {
                "stopped": { "type": "boolean", "description": "Whether nothing of it comes any more" },
                "needs_confirmation": { "type": "boolean", "description": "Whether nothing was done, as the person has to agree first" },
                "open_tasks": { "type": "integer", "minimum": 0, "description": "How many tasks of it were to be done" },
                "recurring_task": series::schema(),
            },
            "required": ["stopped", "needs_confirmation", "open_tasks", "recurring_task"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, input: Input) -> Result<Reply, Trouble> {
        let (deletes, confirmed) = (input.delete_open.0 == Some(Flag(true)), input.confirm.0.map(|Flag(yes)| yes));
        let stop = |id| series::stop(&call.principal, id, None, &Stopping { delete_open: input.delete_open });
        // The words may mean something else by now, but the first answer is given again whatever they mean.
        let (stopped, mut data) = if call.comes_again {
            (true, read(&stop(call.clock.ids[0])?)?)
        } else {
            let Hit { shown, is_exact, open_tasks } = call.series(&input.recurring_task)?;
            // What only has the words may be another series than the person was asked about.
            let agreed = if deletes { confirmed == Some(true) && is_exact } else { confirmed != Some(false) };
            if agreed {
                (true, read(&stop(id(&shown)?)?)?)
            } else {
                (false, json!({ "recurring_task": shown, "open_tasks": open_tasks }))
            }
        };
        data["stopped"] = stopped.into();
        data["needs_confirmation"] = (!stopped).into();
        let open = match &data["open_tasks"] {
            one if *one == json!(1) => "1 open task".to_owned(),
            many => format!("{many} open tasks"),
        };
        let text = match (stopped, deletes) {
            (true, true) => format!("Stopped, with {open} of it put into the trash"),
            (true, false) => format!("Stopped, with {open} of it left to be done"),
            (false, true) => format!(
                "Nothing was done yet. With its id and `confirm: true` this series ends, with {open} of it put into the trash; ask the person first"
            ),
            (false, false) => format!(
                "Nothing was done yet. Without `confirm: false` this series ends, with {open} of it left to be done"
            ),
        };
        Ok(Reply::new(data, |data| format!("{text}: {}", line(&data["recurring_task"]))))
    }
}
