//! Occurrences of a series, and their adjustments.

use jiff::civil::Time;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Serialize;
use serde_json::{Value, json};

use super::cycle::Day;
use super::{DayOfMonth, WallClock};
use crate::errors::{Errors, wrong};
use crate::field::{Field, read_fields};
use crate::{TimeOrDay, input};

/// Occurrence of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// Due date of the occurrence.
    pub due_date: TimeOrDay,
    /// Difference from the date that the rule names, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<Adjustment>,
}

input! {
    /// Adjustment of an occurrence because a day or a time of the rule does not exist.
    #[derive(Clone, Copy, Default, PartialEq, Eq)]
    pub struct Adjustment {
        /// Day that the month does not have. The last day of the month is used.
        shorter_month: Option<DayOfMonth>,
        /// Local time that a clock change skips. The occurrence moves forward by the length of the gap.
        skipped_time: Option<WallClock>,
        /// Local time that a clock change repeats. The first one is used.
        repeated_time: Option<WallClock>,
    }
}

impl Occurrence {
    /// Makes the occurrence of a day and an optional time. Returns `None` outside the supported years.
    pub(super) fn new(day: Day, time: Option<Time>, zone: &TimeZone) -> Option<Self> {
        let mut adjustment = Adjustment { shorter_month: day.shorter_month, ..Adjustment::default() };
        let due_date = match time {
            None => TimeOrDay::On(day.date),
            Some(time) => {
                let local = day.date.to_datetime(time);
                let found = zone.to_ambiguous_timestamp(local);
                match found.offset() {
                    AmbiguousOffset::Unambiguous { .. } => {}
                    AmbiguousOffset::Gap { .. } => adjustment.skipped_time = Some(WallClock::At(local)),
                    AmbiguousOffset::Fold { .. } => adjustment.repeated_time = Some(WallClock::At(local)),
                }
                TimeOrDay::At(found.compatible().ok()?)
            }
        };
        let is_adjusted = adjustment != Adjustment::default();
        Some(Self { due_date: due_date.in_supported_years()?, adjustment: is_adjusted.then_some(adjustment) })
    }
}

impl Field for Occurrence {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let mut fields = read_fields(value, ["due_date", "adjustment"])?;
        match (fields.take("due_date"), fields.take("adjustment"), fields.finish()) {
            (Some(TaggedDueDate(due_date)), Some(adjustment), errors) if errors.is_empty() => {
                Ok(Self { due_date, adjustment })
            }
            (.., errors) => Err(errors),
        }
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": { "due_date": TaggedDueDate::schema(), "adjustment": Option::<Adjustment>::schema() },
            "required": ["due_date"],
            "additionalProperties": false,
        })
    }
}

/// Serialized due date, tagged as an instant or a day.
struct TaggedDueDate(TimeOrDay);

impl Field for TaggedDueDate {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = value.get("at").or_else(|| value.get("on")).unwrap_or(&Value::Null);
        let read = TimeOrDay::parse(text).ok().filter(|due| json!(due) == *value);
        read.map(Self).ok_or_else(|| wrong("must be an object with `at` or `on`"))
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
