//! Recurrence rules: their parts, the days that they select, and the instants of these days in a time zone.

mod cycle;
mod day_of_month;
mod follow_up;
mod input;
mod interval;
mod occurrence;
mod parts;
mod rule;
mod wall_clock;
mod weekdays;

pub use day_of_month::DayOfMonth;
pub use follow_up::FollowUp;
pub use input::Recurrence;
pub use interval::Interval;
pub use occurrence::{Adjustment, Occurrence};
pub use parts::{Anchor, Frequency, RuleParts};
pub use rule::Rule;
pub use wall_clock::WallClock;
pub use weekdays::Weekdays;
