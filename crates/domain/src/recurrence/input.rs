//! Recurrence as clients write it.

use super::{Anchor, DayOfMonth, Frequency, Interval, Rule, RuleParts, WallClock, Weekdays};
use crate::{Errors, TimeOrDay, Timezone, input};

input! {
    /// Recurrence of a series.
    pub struct Recurrence {
        /// Unit of the interval.
        frequency: Frequency,
        /// Number of days, weeks, months or years between occurrences. Defaults to 1.
        interval: Interval,
        /// Days of a weekly recurrence. Defaults to the weekday of the start.
        by_weekday: Option<Weekdays>,
        /// Day of a monthly recurrence, 1 to 31 or `last`. Defaults to the day of the month of the start.
        day_of_month: Option<DayOfMonth>,
        /// Start of the interval to the next occurrence: the `schedule` (default), or the `completion` of the
        /// last one.
        anchor: Anchor,
        /// Start of the series: the first occurrence is the first match on or after it. Defaults to today.
        start_date: Option<TimeOrDay>,
        /// End of the series: no occurrence is due after it.
        end_date: Option<TimeOrDay>,
        /// Time zone of the series. By default it follows the user's time zone, also when that changes.
        timezone: Option<Timezone>,
    }
}

impl Recurrence {
    /// Makes the rule, with a time zone and a start.
    pub fn rule(&self, timezone: Timezone, start: TimeOrDay) -> Result<Rule, Errors> {
        Rule::new(RuleParts {
            frequency: self.frequency,
            interval: self.interval,
            by_weekday: self.by_weekday,
            day_of_month: self.day_of_month,
            anchor: self.anchor,
            start_date: WallClock::in_zone(start, &timezone),
            end_date: self.end_date.map(|end| WallClock::in_zone(end, &timezone)),
            timezone,
        })
    }
}
