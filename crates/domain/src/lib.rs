//! Types and rules of TaskFlow. Nothing here does I/O or reads a clock: `now` and zones are arguments.
//!
//! Parsing is the only way to make a value of these types, so every value is valid. Each type also returns
//! its JSON schema, so the OpenAPI document describes exactly what the parser accepts.

// `input!` and `choice!` name this crate `domain`, also when they are used inside it.
extern crate self as domain;

mod account;
mod choice;
mod duration;
mod errors;
mod field;
mod id;
mod key;
mod priority;
mod query;
mod recurrence;
mod reference;
mod reminder;
mod setting;
pub mod shape;
mod tag;
mod tags;
mod text;
mod time_or_day;
mod version;

pub use account::{Email, Name, Password, Timezone, timezone_schema};
pub use duration::Duration;
pub use errors::{Errors, FieldError, escape, shorten, shorten_to, within, wrong, wrong_member};
pub use field::{
    Field, Fields, NoMembers, Nullable, Object, ObjectSchema, Optional, Patch, parse_object, read_fields,
};
pub use id::{ClientId, Id, ItemId, UserId};
pub use key::IdempotencyKey;
pub use priority::Priority;
pub use query::{Epoch, Flag, Limit, Offset, OneOrMore, Search, Seq};
pub use recurrence::{
    Adjustment, Anchor, DayOfMonth, FollowUp, Frequency, Interval, Occurrence, Recurrence, Rule, RuleParts,
    WallClock, Weekdays,
};
pub use reference::Reference;
pub use reminder::{NewReminder, RelativeReminder, ReminderTime, Reminders, Snooze};
pub use setting::{SETTINGS, Setting, SettingSpec};
pub use tag::Tag;
pub use tags::Tags;
pub use text::{Description, Title, is_invisible, to_nfc};
pub use time_or_day::{EXAMPLE_TIME, Moment, TimeOrDay, rfc3339_from_ms};
pub use version::Version;

#[doc(hidden)]
pub mod for_macros {
    pub use serde::{self, Serialize};
    pub use serde_json;
}
