use actions::resolution::Hit;
use actions::series::{self, StopOptions};
use actions::tasks::Target;
use domain::{Flag, Optional, Reference, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, id_of, line, parse_json};

/// `stop_recurring_task`
pub struct StopRecurringTask;

input! {
    /// The series to stop, and the person's consent.
    pub struct Input {
        /// The series: its id, or words of its title such as "stand-up".
        recurring_task: Reference,
        ..options: StopOptions,
        /// `delete_open` needs `true`, which you may send only after the person agreed. With `false` nothing
        /// changes, and the answer describes the effect.
        confirm: Optional<Flag>,
    }
}

impl Tool for StopRecurringTask {
    const NAME: &'static str = "stop_recurring_task";
    const TITLE: &'static str = "Stop a recurring task";
    const DESCRIPTION: &'static str = "Ends a series: it gets no more tasks. Its open task stays, unless \
        `delete_open` is true; that also needs `confirm: true`, after the person agreed. To skip a single \
        occurrence, use delete_task on that task. Example: {\"recurring_task\": \"stand-up\"}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Input;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "The series, and the outcome",
            "properties": {
                "stopped": { "type": "boolean", "description": "True if the series has ended" },
                "needs_confirmation": {
                    "type": "boolean",
                    "description": "True if nothing was done yet, because the person has to agree first",
                },
                "open_tasks": { "type": "integer", "minimum": 0, "description": "Number of its tasks that were open" },
                "recurring_task": series::schema(),
            },
            "required": ["stopped", "needs_confirmation", "open_tasks", "recurring_task"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let deletes = input.options.delete_open.0 == Some(Flag(true));
        let confirmed = input.confirm.0.map(|Flag(yes)| yes);
        let stop = |id| series::stop(&call.caller, &Target { id, expected: None }, &input.options);
        // The words may name another series by now.
        let (stopped, mut data) = if let Some(id) = call.replayed {
            (true, parse_json(&stop(id)?)?)
        } else {
            let Hit { item, is_exact, open_tasks } = call.resolve_series(&input.recurring_task)?;
            // Words can match another series than the one whose tasks the person agreed to delete.
            let is_agreed =
                if deletes { confirmed == Some(true) && is_exact } else { confirmed != Some(false) };
            if is_agreed {
                (true, parse_json(&stop(id_of(&item)?)?)?)
            } else {
                (false, json!({ "recurring_task": item, "open_tasks": open_tasks }))
            }
        };
        data["stopped"] = stopped.into();
        data["needs_confirmation"] = (!stopped).into();
        let open = match &data["open_tasks"] {
            number if *number == json!(1) => "1 open task".to_owned(),
            number => format!("{number} open tasks"),
        };
        let text = match (stopped, deletes) {
            (true, true) => format!("Stopped the series and moved {open} to the trash"),
            (true, false) => format!("Stopped the series and kept {open}"),
            (false, true) => format!(
                "Nothing was done yet. To stop this series and move {open} to the trash, ask the person, then call \
                 again with its id and `confirm: true`"
            ),
            (false, false) => {
                format!(
                    "Nothing was done yet. Without `confirm: false`, this call stops the series and keeps {open}"
                )
            }
        };
        Ok(ToolOutput::new(data, move |data| format!("{text}: {}", line(&data["recurring_task"]))))
    }
}
