//! What somebody says of when a series is to come.

use super::{Anchor, DayOfMonth, Frequency, Interval, Rule, RuleParts, WallClock, Weekdays};
use crate::{DueDate, Errors, Timezone, input};

input! {
    /// When a series is to come.
    pub struct Recurrence {
        /// What the interval counts.
        frequency: Frequency,
        /// Every how many days, weeks, months or years: 1 when nothing is said.
        interval: Interval,
        /// Weekly: on which days; on that of the start when nothing is said.
        by_weekday: Option<Weekdays>,
        /// Monthly: on which day, 1 to 31 or `last`; on that of the start when nothing is said.
        day_of_month: Option<DayOfMonth>,
        /// What the next occurrence is counted from: the `schedule`, when nothing is said, or the `completion` of the last one.
        anchor: Anchor,
        /// The first occurrence, or the day from which on the first one comes that fits; today when nothing is said.
        start_date: Option<DueDate>,
        /// The time or the day after which nothing comes any more.
        end_date: Option<DueDate>,
        /// The zone whose clocks it follows; the user's, wherever they live then, when nothing is said.
        timezone: Option<Timezone>,
    }
}

impl Recurrence {
    /// The rule that follows from this, in a zone, from a first day or time on.
    pub fn rule(&self, timezone: Timezone, start: DueDate) -> Result<Rule, Errors> {
        Rule::new(RuleParts {
            frequency: self.frequency,
            interval: self.interval,
            by_weekday: self.by_weekday,
            day_of_month: self.day_of_month,
            anchor: self.anchor,
            start_date: WallClock::of(start, &timezone),
            end_date: self.end_date.map(|end| WallClock::of(end, &timezone)),
            timezone,
        })
    }
}
