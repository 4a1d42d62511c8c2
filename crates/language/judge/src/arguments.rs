//! Arguments of tools: their names are those of the tool, and their values parse as its input.

use domain::{
    Anchor, DayOfMonth, Description, Duration, Field, Flag, Frequency, Interval, Limit, Moment, NewReminder,
    OneOrMore, Optional, Priority, Recurrence, Reference, RelativeReminder, Reminders, Search, Tag, Tags,
    TimeOrDay, Timezone, Title, Weekdays,
};
use language::{Now, Operation, Understanding};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Tools as assistants see them, by name.
static TOOLS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let text = include_str!("../../../../functions/mcp/tools.json");
    let tools: Value = serde_json::from_str(text).unwrap_or_default();
    let tools = tools.as_array().or_else(|| tools["tools"].as_array()).cloned().unwrap_or_default();
    tools
        .into_iter()
        .filter_map(|tool| Some((tool["name"].as_str()?.to_owned(), tool["inputSchema"].clone())))
        .collect()
});

/// Returns the first argument of an understanding, or of an answer to its question, that its tool rejects.
pub fn rejected(understood: &Understanding, now: &Now) -> Option<String> {
    let own = check(understood.operation, &understood.data, !understood.needs_clarification, now);
    let options = understood.options.iter().map(|option| check(option.operation, &option.data, false, now));
    std::iter::once(own).chain(options).find_map(Result::err)
}

/// Checks the arguments of a tool. Those of a question may lack some.
fn check(
    operation: Operation,
    data: &Map<String, Value>,
    is_complete: bool,
    now: &Now,
) -> Result<(), String> {
    let name = json!(operation);
    let name = match operation {
        // A question about something else keeps its dates, for the next turn of a dialogue.
        Operation::Unknown | Operation::Help => "filter_tasks",
        _ => name.as_str().unwrap_or_default(),
    };
    let schema = TOOLS.get(name).ok_or_else(|| format!("{name} is no tool"))?;
    for (argument, value) in data {
        // Several tasks at once: the chat plans a call for each.
        if argument == "tasks" && !schema["properties"]["task"].is_null() {
            let filters = value.as_object().ok_or("`tasks` is no object")?;
            check(Operation::FilterTasks, filters, true, now)?;
            continue;
        }
        let property = &schema["properties"][argument];
        if property.is_null() {
            return Err(format!("{name} has no argument `{argument}`"));
        }
        parse(name, argument, value, property).map_err(|error| format!("`{argument}` of {name}: {error}"))?;
    }
    if is_complete {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for argument in required {
            let is_given = data.contains_key(argument) || argument == "task" && data.contains_key("tasks");
            if !is_given {
                return Err(format!("{name} needs `{argument}`"));
            }
        }
    }
    match operation {
        Operation::CreateRecurringTask => rule(data, now),
        Operation::AddTask | Operation::SetReminder if is_complete => future(data, now),
        _ => Ok(()),
    }
}

/// Parses one argument as the tool does.
fn parse(tool: &str, argument: &str, value: &Value, property: &Value) -> Result<(), String> {
    fn of<T: Field>(value: &Value) -> Result<(), String> {
        T::parse(value).map(drop).map_err(|errors| errors.to_string())
    }
    match (argument, tool) {
        ("title", _) => of::<Title>(value),
        ("description", _) => of::<Description>(value),
        ("priority", "filter_tasks") => of::<OneOrMore<Priority>>(value),
        ("priority", _) => of::<Priority>(value),
        ("tags", "filter_tasks") => of::<OneOrMore<Tag>>(value),
        ("tags", _) => of::<Tags>(value),
        ("due_date", _) => of::<Option<TimeOrDay>>(value),
        ("due_after" | "due_before" | "completed_after" | "completed_before", _)
        | ("start_date" | "end_date", _) => of::<TimeOrDay>(value),
        ("reminders", "create_recurring_task") => of::<Reminders<RelativeReminder>>(value),
        ("reminders", _) => of::<Reminders<NewReminder>>(value),
        ("frequency", _) => of::<Frequency>(value),
        ("interval", _) => of::<Interval>(value),
        ("by_weekday", _) => of::<Weekdays>(value),
        ("day_of_month", _) => of::<DayOfMonth>(value),
        ("anchor", _) => of::<Anchor>(value),
        ("at", _) => of::<Moment>(value),
        ("before", _) => of::<Duration>(value),
        ("search", _) => of::<Search>(value),
        ("limit", _) => of::<Limit>(value),
        ("allow_past" | "overdue" | "missed" | "deleted" | "unread", _) => of::<Flag>(value),
        ("task" | "recurring_task" | "reminder", _) => of::<Reference>(value),
        _ => match property["enum"].as_array() {
            Some(words) if words.contains(value) => Ok(()),
            _ => Err(format!("{value} is none of {}", property["enum"])),
        },
    }
}

/// Checks that the parts of a recurrence fit together.
fn rule(data: &Map<String, Value>, now: &Now) -> Result<(), String> {
    const PARTS: [&str; 7] =
        ["frequency", "interval", "by_weekday", "day_of_month", "anchor", "start_date", "end_date"];
    let parts = data.iter().filter(|(name, _)| PARTS.contains(&name.as_str()));
    let parts: Map<String, Value> = parts.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !parts.contains_key("frequency") {
        return Ok(());
    }
    let recurrence = Recurrence::parse(&parts.into()).map_err(|errors| errors.to_string())?;
    let zone = json!(now.zone.iana_name().unwrap_or("UTC"));
    let (Ok(zone), Some(start)) = (Timezone::parse(&zone), recurrence.start_date) else { return Ok(()) };
    recurrence.rule(zone, start).map(drop).map_err(|errors| errors.to_string())
}

/// Checks that reminders lie ahead, and that relative ones have a due date.
fn future(data: &Map<String, Value>, now: &Now) -> Result<(), String> {
    let present = Moment::parse(&json!(now.instant.to_string())).map_err(|errors| errors.to_string())?;
    let reminders = data.get("reminders").and_then(Value::as_array);
    for reminder in reminders.into_iter().flatten() {
        let parsed = NewReminder::parse(reminder).map_err(|errors| errors.to_string())?;
        parsed.check(present).map_err(|errors| format!("{reminder}: {errors}"))?;
        if reminder["before"].is_string() && !data.contains_key("due_date") {
            return Err("a relative reminder needs a due date".to_owned());
        }
    }
    let at =
        data.get("at").map(Optional::<Moment>::parse).transpose().map_err(|errors| errors.to_string())?;
    match at {
        Some(Optional(Some(at))) if at <= present => Err("`at` is in the past".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_add(data: Value) -> Result<(), String> {
        let now = Now::new("2026-03-04T10:00:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC, None);
        check(Operation::AddTask, data.as_object().unwrap(), true, &now)
    }

    #[test]
    fn arguments_that_a_tool_would_reject_are_found() {
        assert_eq!(
            check_add(json!({ "title": "a", "reminders": [{ "at": "2026-03-04T11:00:00Z" }] })),
            Ok(())
        );
        for wrong in [
            json!({}),
            json!({ "title": "" }),
            json!({ "title": "a", "colour": "red" }),
            json!({ "title": "a", "due_date": "tomorrow" }),
            json!({ "title": "a", "tags": ["b".repeat(51)] }),
            json!({ "title": "a", "reminders": [{ "before": "1h" }] }),
            json!({ "title": "a", "reminders": [{ "at": "2026-03-04T09:00:00Z" }] }),
        ] {
            assert!(check_add(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
