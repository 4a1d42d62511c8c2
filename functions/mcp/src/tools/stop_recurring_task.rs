use actions::naming::Hit;
use actions::series::{self, Stopping};
use domain::{Flag, Naming, Optional, input};
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
        recurring_task: Naming,
        /// With `true`, what is still to be done of it goes to the trash, too; that needs `confirm`. Else it stays.
        delete_open: Optional<Flag>,
        /// `true` only when the person agreed that open tasks are deleted. Without it nothing changes, and you hear what would happen.
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
        let Hit { shown: mut found, is_exact, open_tasks: open } = call.series(&input.recurring_task)?;
        let (deletes, confirmed) = (input.delete_open.0 == Some(Flag(true)), input.confirm.0 == Some(Flag(true)));
        // What only has the words may be another series than the person was asked about.
        let stopped = !deletes || confirmed && is_exact;
        if stopped {
            series::stop(&call.principal, id(&found)?, None, &Stopping { delete_open: input.delete_open })?;
            found = read(&series::get(&call.principal, id(&found)?)?.json)?;
            for more in ["past_occurrences", "next_occurrences"] {
                found.as_object_mut().map(|series| series.shift_remove(more));
            }
        }
        let text = match (stopped, deletes) {
            (true, true) => format!("Stopped, and {open} open tasks of it are in the trash"),
            (true, false) => format!("Stopped; {open} open tasks of it stay to be done"),
            (false, _) => format!(
                "Nothing was done yet. With its id and `confirm: true` this series ends and {open} open tasks of it go to the trash; ask the person first"
            ),
        };
        let data =
            json!({ "stopped": stopped, "needs_confirmation": !stopped, "open_tasks": open, "recurring_task": found });
        Ok(Reply::new(data, |data| format!("{text}: {}", line(&data["recurring_task"]))))
    }
}
