//! What a rule is made of.

use super::{DayOfMonth, Interval, WallClock, Weekdays};
use crate::field::FieldError;
use crate::{Errors, Timezone, choice, input};

choice! {
    /// What an interval counts.
    pub enum Frequency { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Yearly = "yearly" }
}

choice! {
    /// What the next occurrence is counted from: what was planned, or when the last one was completed.
    pub enum Anchor { Schedule = "schedule", Completion = "completion" } otherwise Schedule
}

input! {
    /// When a series comes, as it is stored and logged.
    #[derive(Clone, PartialEq, Eq)]
    pub struct RuleParts {
        /// What the interval counts.
        frequency: Frequency,
        /// Every how many days, weeks, months or years.
        interval: Interval,
        /// Weekly: on which days. None: on the weekday of the start.
        by_weekday: Option<Weekdays>,
        /// Monthly: on which day. None: on that of the start.
        day_of_month: Option<DayOfMonth>,
        /// What the next occurrence is counted from.
        anchor: Anchor,
        /// The first day that fits from here on is the first occurrence; all come at its time of the day if it has one.
        start_date: WallClock,
        /// The day or the time after which nothing comes any more. Without it, there is no end.
        end_date: Option<WallClock>,
        /// In which zone these are, and all occurrences.
        timezone: Timezone,
    }
}

impl RuleParts {
    /// The parts that have no place beside the frequency.
    pub(super) fn misplaced(&self) -> Errors {
        let mut errors = Errors::new();
        if self.by_weekday.is_some() && self.frequency != Frequency::Weekly {
            errors.push(misfit("by_weekday", "is only for the frequency weekly"));
        }
        if self.day_of_month.is_some() && self.frequency != Frequency::Monthly {
            errors.push(misfit("day_of_month", "is only for the frequency monthly"));
        }
        errors
    }
}

/// The error of a part that does not fit the others.
pub fn misfit(part: &str, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: format!("/{part}"), detail: detail.into() }
}
