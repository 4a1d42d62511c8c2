use actions::tasks;
use domain::{Errors, Field, wrong_member};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `filter_tasks`
pub struct FilterTasks;

/// What only counts when it is `true`.
const YES: [&str; 3] = ["deleted", "overdue", "missed"];

/// What a list can be asked, but a model means open tasks unless it names others.
pub struct Input(tasks::ListTasks);

impl Field for Input {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let mut value = value.clone();
        if let Some(members) = value.as_object_mut() {
            // There is `cursor`.
            if members.contains_key("offset") {
                return Err(wrong_member("offset", "is not known here: go on with `cursor`"));
            }
            // Models that send all that they know of send `false` for what they do not ask.
            let is_no = |value: &Value| *value == json!(false) || *value == json!("false");
            for name in YES {
                if members.get(name).is_some_and(is_no) {
                    members.shift_remove(name);
                }
            }
            let others = ["completed_after", "completed_before", "deleted", "missed"];
            let names_others = others.iter().any(|name| members.get(*name).is_some_and(|value| !value.is_null()));
            match members.get("status").and_then(Value::as_str) {
                Some("any") => drop(members.remove("status")),
                None if !names_others && !members.contains_key("status") => {
                    members.insert("status".into(), "active".into());
                }
                Some("active" | "completed") | None => {}
                Some(_) => return Err(wrong_member("status", "must be one of: active completed any")),
            }
        }
        tasks::ListTasks::parse(&value).map(Self).map_err(|mut errors| {
            errors.iter_mut().for_each(|error| error.detail = error.detail.replace(", offset", ""));
            errors
        })
    }

    fn schema() -> Value {
        let mut schema = tasks::ListTasks::schema();
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.shift_remove("offset");
        }
        schema["properties"]["overdue"]["description"] =
            "With `true`, only those to do whose time has come and gone.".into();
        schema["properties"]["missed"]["description"] =
            "With `true`, only occurrences of a series that were missed.".into();
        schema["properties"]["status"] = json!({
            "type": "string", "enum": ["active", "completed", "any"],
            "description": "Those to do, those done, or all; `active` when nothing is said, unless completion, the trash or what was missed is asked for",
        });
        schema
    }
}

impl Tool for FilterTasks {
    const NAME: &'static str = "filter_tasks";
    const TITLE: &'static str = "Filter tasks";
    const DESCRIPTION: &'static str = "Lists tasks that fit all that is given: due or completed between times, overdue, priority, tags, words, \
        in any order. Use it for \"high priority work tasks due this week\", \"what is overdue?\", \"what did I finish \
        yesterday?\", or the trash (`deleted`). Bounds are inclusive; a plain date means that whole day. For all open tasks \
        list_tasks is simpler. \
        Example: {\"priority\": [\"high\"], \"tags\": [\"work\"], \"due_before\": \"2026-04-05\", \"sort_by\": \"due_date\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Input(wanted): Input) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &wanted)?)?, "tasks that fit"))
    }
}
