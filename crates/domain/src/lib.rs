//! Types and rules of TaskFlow. Nothing here does I/O or reads a clock: `now` and zones are arguments.
//!
//! Every type is made by parsing, so a value that exists is a value that is allowed, and every type
//! tells its JSON schema, so that what the documents say is what the parser does.

// The macros call this crate by its name, here too.
extern crate self as domain;

mod account;
mod before;
mod choice;
mod due_date;
mod field;
mod id;
mod key;
mod naming;
mod priority;
mod query;
mod recurrence;
mod reminder;
mod setting;
mod tag;
mod tags;
mod text;
mod version;

pub use account::{Email, Name, Password, Timezone, timezones};
pub use before::Before;
pub use due_date::{A_TIME, DueDate, Moment, rfc3339_from_ms};
pub use field::{
    Both, Errors, Field, FieldError, Nothing, Nullable, Object, Optional, Patch, read_fields, within, wrong,
    wrong_member,
};
pub use id::{Id, TaskId, UserId};
pub use key::IdempotencyKey;
pub use naming::Naming;
pub use priority::Priority;
pub use query::{Flag, Limit, Offset, Search, Seq, Several};
pub use recurrence::{
    Adjustment, Anchor, DayOfMonth, FollowUp, Frequency, Interval, Occurrence, Recurrence, Rule, RuleParts, WallClock,
    Weekdays,
};
pub use reminder::{NewReminder, RelativeReminder, Reminders, Snooze};
pub use setting::{Known, SETTINGS, Setting};
pub use tag::Tag;
pub use tags::Tags;
pub use text::{Description, Title};
pub use version::Version;

#[doc(hidden)]
pub mod for_macros {
    pub use serde::{self, Serialize};
    pub use serde_json;
}
