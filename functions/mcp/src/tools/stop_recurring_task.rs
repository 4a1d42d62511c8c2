use actions::resolution::Hit;
use actions::series::{self, StopOptions};
use actions::tasks::Target;
use domain::{Flag, Reference, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Consent, Effect, Tool, ToolError, ToolOutput, id_of, line, parse_json};

/// `stop_recurring_task`
pub struct StopRecurringTask;

input! {
    /// The series to stop, and the person's consent.
    pub struct Input {
        /// The series: its id, or words of its title such as "stand-up".
        recurring_task: Reference,
        ..options: StopOptions,
        ..consent: Consent,
    }
}

impl Tool for StopRecurringTask {
    const NAME: &'static str = "stop_recurring_task";
    const TITLE: &'static str = "Stop a recurring task";
    const DESCRIPTION: &'static str = "Ends a series for good: it gets no more tasks. Its open task stays, \
        unless `delete_open` is true. Without `confirm` it only returns the series that would end: show it \
        to the person, and call again with its id and `confirm: true` when they agree. To skip a single \
        occurrence, use delete_task on that task. Example: {\"recurring_task\": \"stand-up\"}, and after \
        they agreed {\"recurring_task\": \"0190163d-8694-739b-aea5-966c26f8ad91\", \"confirm\": true}";
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
        let Input { recurring_task, options, consent } = input;
        let deletes = options.delete_open.0 == Some(Flag(true));
        let stop = |id| series::stop(&call.caller, &Target { id, expected: None }, &options);
        let mut had_ended = false;
        let (stopped, mut data) = match call.replayed {
            // The words may name another series by now.
            Some(id) if consent.is_given() => (true, parse_json(&stop(id)?)?),
            _ => {
                let Hit { item, is_exact, open_tasks } = call.resolve_series(&recurring_task)?;
                had_ended = item["status"] == "ended" && !(deletes && open_tasks > 0);
                // Words can match another series than the one that the person agreed to stop.
                if consent.is_given() && is_exact && !had_ended {
                    (true, parse_json(&stop(id_of(&item)?)?)?)
                } else {
                    (had_ended, json!({ "recurring_task": item, "open_tasks": open_tasks }))
                }
            }
        };
        data["stopped"] = stopped.into();
        data["needs_confirmation"] = (!stopped).into();
        let open = match &data["open_tasks"] {
            number if *number == json!(1) => "1 open task".to_owned(),
            number => format!("{number} open tasks"),
        };
        let text = match (stopped, deletes) {
            _ if had_ended => "The series has already ended".to_owned(),
            (true, true) => format!("Stopped the series and moved {open} to the trash"),
            (true, false) => format!("Stopped the series and kept {open}"),
            (false, _) => {
                let effect =
                    if deletes { format!("move {open} to the trash") } else { format!("keep {open}") };
                format!(
                    "Nothing was done yet. To stop this series and {effect}, ask the person, then call again with \
                     its id and `confirm: true`"
                )
            }
        };
        Ok(ToolOutput::new(data, move |data| format!("{text}: {}", line(&data["recurring_task"]))))
    }
}
