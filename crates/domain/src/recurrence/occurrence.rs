//! One time that a series comes, and what had to be adjusted for it.

use jiff::civil::Time;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Serialize;
use serde_json::{Value, json};

use super::cycle::Day;
use super::{DayOfMonth, WallClock};
use crate::field::{Errors, Field, read_fields, wrong};
use crate::{DueDate, input};

/// One time that a series comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// When that is.
    pub due_date: DueDate,
    /// How it differs from what the rule wants, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<Adjustment>,
}

input! {
    /// What a rule wants and an occurrence cannot have. A day and a time can both be missing.
    #[derive(Clone, Copy, Default, PartialEq, Eq)]
    pub struct Adjustment {
        /// The day that the month does not have; its last one is taken.
        shorter_month: Option<DayOfMonth>,
        /// The time that a clock change leaves out; it moves forward by as much as the clock does.
        skipped_time: Option<WallClock>,
        /// The time that a clock change brings twice; the first one is taken.
        repeated_time: Option<WallClock>,
    }
}

impl Occurrence {
    /// On that day, at the time if there is one. None in years that nobody can write.
    pub(super) fn new(day: Day, time: Option<Time>, zone: &TimeZone) -> Option<Self> {
        let mut adjustment = Adjustment { shorter_month: day.shorter_month, ..Adjustment::default() };
        let due_date = match time {
            None => DueDate::On(day.date),
            Some(time) => {
                let wanted = day.date.to_datetime(time);
                let found = zone.to_ambiguous_timestamp(wanted);
                match found.offset() {
                    AmbiguousOffset::Unambiguous { .. } => {}
                    AmbiguousOffset::Gap { .. } => adjustment.skipped_time = Some(WallClock::At(wanted)),
                    AmbiguousOffset::Fold { .. } => adjustment.repeated_time = Some(WallClock::At(wanted)),
                }
                DueDate::At(found.compatible().ok()?)
            }
        };
        let is_adjusted = adjustment != Adjustment::default();
        Some(Self { due_date: due_date.allowed()?, adjustment: is_adjusted.then_some(adjustment) })
    }
}

impl Field for Occurrence {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let mut fields = read_fields(value, &["due_date", "adjustment"])?;
        match (fields.take("due_date"), fields.take("adjustment"), fields.finish()) {
            (Some(Written(due_date)), Some(adjustment), errors) if errors.is_empty() => {
                Ok(Self { due_date, adjustment })
            }
            (.., errors) => Err(errors),
        }
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": { "due_date": Written::schema(), "adjustment": Option::<Adjustment>::schema() },
            "required": ["due_date"],
            "additionalProperties": false,
        })
    }
}

/// A due date as it is written, which says whether it is a time or a day.
struct Written(DueDate);

impl Field for Written {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = value.get("at").or_else(|| value.get("on")).unwrap_or(&Value::Null);
        let read = DueDate::parse(text).ok().filter(|due| json!(due) == *value);
        read.map(Self).ok_or_else(|| wrong("must be a due date as it is written, with `at` or `on`"))
    }

    fn schema() -> Value {
        let only = |name: &str, format: &str| {
            json!({
                "type": "object",
                "properties": { name: { "type": "string", "format": format } },
                "required": [name],
                "additionalProperties": false,
            })
        };
        json!({ "anyOf": [only("at", "date-time"), only("on", "date")] })
    }
}
