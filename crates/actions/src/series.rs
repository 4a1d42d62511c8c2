//! Use cases of series, and the JSON schema of a series.

pub mod create;
pub mod dismiss;
pub mod find;
pub mod get;
pub mod list;
pub mod named;
pub mod patch;
pub mod stop;

use domain::{DayOfMonth, Description, Field, Interval, RelativeReminder, Reminders, Tags, Title, Weekdays};
use serde_json::{Value, json};

pub(crate) use create::create_from_task;
pub use create::{NewSeries, create, users_zone};
pub use dismiss::dismiss;
pub use get::get;
pub use list::{ListSeries, list};
pub use named::named;
pub use patch::{SeriesPatch, patch};
pub use stop::{Stopping, stop};

/// Maximum number of attempts when concurrent writes change a series.
const TRIES: usize = 3;

/// Returns the JSON schema of a series.
pub fn schema() -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    let maybe_time = json!({ "type": ["string", "null"], "format": "date-time" });
    let start = json!({ "anyOf": [time, { "type": "string", "format": "date" }] });
    json!({
        "type": "object",
        "description": "A series of recurring tasks",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "title": Title::schema(),
            "description": Option::<Description>::schema(),
            "priority": { "enum": ["low", "medium", "high"] },
            "tags": Tags::schema(),
            "frequency": { "enum": ["daily", "weekly", "monthly", "yearly"] },
            "interval": Interval::schema(),
            "by_weekday": Option::<Weekdays>::schema(),
            "day_of_month": Option::<DayOfMonth>::schema(),
            "anchor": { "enum": ["schedule", "completion"] },
            "start_date": start,
            "end_date": { "anyOf": [start, { "type": "null" }] },
            "timezone": { "type": "string" },
            "reminders": Reminders::<RelativeReminder>::schema(),
            "next_occurrence": maybe_time,
            "status": { "enum": ["active", "ended"] },
            "created_at": time,
            "updated_at": time,
            "version": { "type": "integer" },
            "seq": { "type": "integer" },
        },
        "required": [
            "id", "title", "description", "priority", "tags", "frequency", "interval", "by_weekday", "day_of_month", "anchor",
            "start_date", "end_date", "timezone", "reminders", "next_occurrence", "status", "created_at", "updated_at",
            "version", "seq",
        ],
        "additionalProperties": false,
    })
}
