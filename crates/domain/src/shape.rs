//! JSON shapes of tasks, series, reminders and notifications: the one list of their members. JSON schemas and
//! the times to show in the user's zone are made from it; a test compares it with the rows that the database
//! returns.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::{DayOfMonth, Description, Field, Interval, RelativeReminder, Reminders, Tags, Title, Weekdays};

/// JSON shape of something that clients see.
#[derive(Debug)]
pub struct Shape {
    /// Shape whose members come first.
    base: Option<&'static Shape>,
    description: &'static str,
    members: &'static [Member],
}

/// A member of a shape.
#[derive(Debug)]
pub struct Member {
    /// Name of the member.
    pub name: &'static str,
    /// False if some objects lack the member.
    pub is_required: bool,
    kind: Kind,
    description: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Id,
    NullableId,
    /// Two to ten ids.
    Ids,
    Time,
    NullableTime,
    /// A time, or a date for a whole day.
    TimeOrDate,
    NullableTimeOrDate,
    /// Up to so many times.
    Times(usize),
    Boolean,
    Integer,
    Count,
    Text,
    OneOf(&'static [&'static str]),
    /// The same values as in an input.
    Input(fn() -> Value),
    /// Up to 50 tasks.
    Tasks,
}

/// A task.
pub const TASK: Shape = Shape {
    base: None,
    description: "A task",
    members: &[
        required("id", Kind::Id),
        required("title", Kind::Input(Title::schema)),
        required("description", Kind::Input(Option::<Description>::schema)),
        required("status", Kind::OneOf(&["active", "completed"])),
        required("priority", Kind::OneOf(&["low", "medium", "high"])),
        required("tags", Kind::Input(Tags::schema)),
        required("due_date", Kind::NullableTime),
        required("all_day", Kind::Boolean).about("True if it is due on a day, not at a time"),
        required("recurring_task_id", Kind::NullableId).about("Its series"),
        required("missed", Kind::Boolean)
            .about("True if the next occurrence was due before it was completed"),
        required("created_at", Kind::Time),
        required("updated_at", Kind::Time),
        required("completed_at", Kind::NullableTime),
        required("deleted_at", Kind::NullableTime).about("Set while it is in the trash"),
        required("version", Kind::Integer),
        required("seq", Kind::Integer),
    ],
};

/// A task as completing it returns it.
pub const COMPLETED_TASK: Shape = Shape {
    base: Some(&TASK),
    description: "A completed task",
    members: &[required("next_occurrence", Kind::NullableTime)
        .about("Due date of the next occurrence; null if the task does not recur")],
};

/// A series.
pub const SERIES: Shape = Shape {
    base: None,
    description: "A series of recurring tasks",
    members: &[
        required("id", Kind::Id),
        required("title", Kind::Input(Title::schema)),
        required("description", Kind::Input(Option::<Description>::schema)),
        required("priority", Kind::OneOf(&["low", "medium", "high"])),
        required("tags", Kind::Input(Tags::schema)),
        required("frequency", Kind::OneOf(&["daily", "weekly", "monthly", "yearly"])),
        required("interval", Kind::Input(Interval::schema)),
        required("by_weekday", Kind::Input(Option::<Weekdays>::schema)),
        required("day_of_month", Kind::Input(Option::<DayOfMonth>::schema)),
        required("anchor", Kind::OneOf(&["schedule", "completion"])),
        required("start_date", Kind::TimeOrDate),
        required("end_date", Kind::NullableTimeOrDate),
        required("timezone", Kind::Text),
        required("reminders", Kind::Input(Reminders::<RelativeReminder>::schema)),
        required("next_occurrence", Kind::NullableTime)
            .about("Due date of the open task; null after the end"),
        required("status", Kind::OneOf(&["active", "ended"])),
        required("created_at", Kind::Time),
        required("updated_at", Kind::Time),
        required("version", Kind::Integer),
        required("seq", Kind::Integer),
    ],
};

/// Number of due dates in [`SERIES_WITH_OCCURRENCES`].
pub const NEXT_OCCURRENCES: usize = 3;

/// A series with its tasks so far, and the due dates of the next ones.
pub const SERIES_WITH_OCCURRENCES: Shape = Shape {
    base: Some(&SERIES),
    description: "A series of recurring tasks, with its occurrences",
    members: &[
        required("past_occurrences", Kind::Tasks)
            .about("Up to 50 past tasks before the open one, newest first; fewer if their texts are long"),
        required("next_occurrences", Kind::Times(NEXT_OCCURRENCES))
            .about("Due dates of the open task and the next ones, if each is completed in time"),
    ],
};

/// A reminder.
pub const REMINDER: Shape = Shape {
    base: None,
    description: "A reminder: at a time, or some time before the due date of its task",
    members: &[
        required("id", Kind::Id),
        required("task_id", Kind::Id),
        optional("at", Kind::Time),
        optional("before", Kind::Text),
        required("remind_at", Kind::NullableTime).about("Time at which it is sent; null if it never is"),
        required("status", Kind::OneOf(&["pending", "sent", "failed", "cancelled"])),
        required("attempts", Kind::Count),
        required("sent_at", Kind::NullableTime),
        required("created_at", Kind::Time),
    ],
};

/// A notification.
pub const NOTIFICATION: Shape = Shape {
    base: None,
    description: "A notification about one task (`task_id`) or several (`task_ids`)",
    members: &[
        required("id", Kind::Id),
        required("kind", Kind::OneOf(&["reminder", "digest", "reminder_failed"])),
        required("title", Kind::Text),
        optional("task_id", Kind::Id),
        optional("task_ids", Kind::Ids),
        required("due_date", Kind::NullableTime),
        required("url", Kind::Text),
        required("late", Kind::Boolean).about("True if it was sent later than planned"),
        required("read_at", Kind::NullableTime),
        required("created_at", Kind::Time),
    ],
};

const fn required(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, is_required: true, description: None }
}

const fn optional(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, is_required: false, description: None }
}

impl Member {
    const fn about(self, description: &'static str) -> Self {
        Self { description: Some(description), ..self }
    }
}

impl Shape {
    /// Returns its members, in order.
    pub fn members(&self) -> impl Iterator<Item = &'static Member> {
        let base = self.base.map_or(&[][..], |base| base.members);
        base.iter().chain(self.members)
    }

    /// Returns its JSON schema.
    pub fn schema(&self) -> Value {
        let mut properties = Map::new();
        for member in self.members() {
            let mut schema = member.kind.schema();
            if let Some(description) = member.description {
                schema["description"] = description.into();
            }
            properties.insert(member.name.into(), schema);
        }
        let required: Vec<&str> =
            self.members().filter(|member| member.is_required).map(|member| member.name).collect();
        json!({
            "type": "object",
            "description": self.description,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

impl Kind {
    fn schema(self) -> Value {
        let id = || json!({ "type": "string", "format": "uuid" });
        let time = || json!({ "type": "string", "format": "date-time" });
        let time_or_date = || json!({ "anyOf": [time(), { "type": "string", "format": "date" }] });
        match self {
            Self::Id => id(),
            Self::NullableId => json!({ "type": ["string", "null"], "format": "uuid" }),
            Self::Ids => json!({ "type": "array", "items": id(), "minItems": 2, "maxItems": 10 }),
            Self::Time => time(),
            Self::NullableTime => json!({ "type": ["string", "null"], "format": "date-time" }),
            Self::TimeOrDate => time_or_date(),
            Self::NullableTimeOrDate => json!({ "anyOf": [time_or_date(), { "type": "null" }] }),
            Self::Times(most) => json!({ "type": "array", "items": time(), "maxItems": most }),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Integer => json!({ "type": "integer" }),
            Self::Count => json!({ "type": "integer", "minimum": 0 }),
            Self::Text => json!({ "type": "string" }),
            Self::OneOf(words) => json!({ "enum": words }),
            Self::Input(schema) => schema(),
            Self::Tasks => json!({ "type": "array", "items": TASK.schema(), "maxItems": 50 }),
        }
    }

    fn is_time(self) -> bool {
        use Kind::{NullableTime, NullableTimeOrDate, Time, TimeOrDate, Times};
        matches!(self, Time | NullableTime | TimeOrDate | NullableTimeOrDate | Times(_))
    }
}

/// Names of all members that hold times, in any shape and in audit events.
pub static TIMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let shapes = [&COMPLETED_TASK, &SERIES_WITH_OCCURRENCES, &REMINDER, &NOTIFICATION];
    let members = shapes.into_iter().flat_map(Shape::members).filter(|member| member.kind.is_time());
    let mut names: Vec<&str> = members.map(|member| member.name).chain(["occurred_at"]).collect();
    names.sort_unstable();
    names.dedup();
    names
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_all_shapes_are_known() {
        let expected = [
            "at",
            "completed_at",
            "created_at",
            "deleted_at",
            "due_date",
            "end_date",
            "next_occurrence",
            "next_occurrences",
            "occurred_at",
            "read_at",
            "remind_at",
            "sent_at",
            "start_date",
            "updated_at",
        ];
        assert_eq!(*TIMES, expected);
    }
}
