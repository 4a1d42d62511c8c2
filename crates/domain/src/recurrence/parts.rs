//! Parts of a recurrence rule.

use super::{DayOfMonth, Interval, WallClock, Weekdays};
use crate::errors::FieldError;
use crate::{Errors, Timezone, choice, input};

choice! {
    /// Unit of the interval.
    pub enum Frequency { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Yearly = "yearly" }
}

choice! {
    /// Start of the interval to the next occurrence: the planned date, or the completion of the last
    /// occurrence.
    pub enum Anchor { Schedule = "schedule", Completion = "completion" } default Schedule
}

input! {
    /// Recurrence rule as it is stored and published in events.
    #[derive(Clone, PartialEq, Eq)]
    pub struct RuleParts {
        /// Unit of the interval.
        frequency: Frequency,
        /// Number of days, weeks, months or years between occurrences.
        interval: Interval,
        /// Days of a weekly rule. Defaults to the weekday of the start.
        by_weekday: Option<Weekdays>,
        /// Day of a monthly rule. Defaults to the day of the month of the start.
        day_of_month: Option<DayOfMonth>,
        /// Start of the interval to the next occurrence: the planned date, or the completion of the last
        /// occurrence.
        anchor: Anchor,
        /// Earliest local date of the series. If it has a time, all occurrences are at that time of day.
        start_date: WallClock,
        /// Latest local date of an occurrence. Without it, the series has no end.
        end_date: Option<WallClock>,
        /// Time zone of the local dates.
        timezone: Timezone,
    }
}

impl RuleParts {
    /// Returns an error for each part that the frequency does not allow.
    pub(super) fn misplaced_parts(&self) -> Errors {
        let mut errors = Errors::new();
        if self.by_weekday.is_some() && self.frequency != Frequency::Weekly {
            errors.push(part_error("by_weekday", "is only allowed with the frequency `weekly`"));
        }
        if self.day_of_month.is_some() && self.frequency != Frequency::Monthly {
            errors.push(part_error("day_of_month", "is only allowed with the frequency `monthly`"));
        }
        errors
    }
}

/// Returns an error about one part of a rule.
pub fn part_error(part: &str, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: format!("/{part}"), detail: detail.into() }
}
