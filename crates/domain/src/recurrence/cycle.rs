//! Days of a series, without times or time zones.
//!
//! Each day is computed from the number of periods since the first one, never from the previous day. So the
//! cost does not grow with the age of the series, and a day moved by a short month does not shift the
//! following ones.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::{DayOfMonth, Frequency, RuleParts, Weekdays};

/// Distance between the days of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    every: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    /// Weeks, beginning on Monday.
    Weeks(Weekdays),
    /// Months, on this day, or by default on the day of the month of the first day.
    Months(Option<DayOfMonth>),
}

/// Day of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// Day of the month that the rule names, if the month is too short to have it.
    pub shorter_month: Option<DayOfMonth>,
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self { date, shorter_month: None }
    }
}

impl Cycle {
    pub fn new(parts: &RuleParts) -> Self {
        let interval = i64::from(parts.interval);
        let (every, unit) = match (parts.frequency, parts.by_weekday) {
            (Frequency::Daily, _) => (interval, Unit::Days),
            (Frequency::Weekly, None) => (7 * interval, Unit::Days),
            (Frequency::Weekly, Some(weekdays)) => (interval, Unit::Weeks(weekdays)),
            (Frequency::Monthly, _) => (interval, Unit::Months(parts.day_of_month)),
            (Frequency::Yearly, _) => (12 * interval, Unit::Months(None)),
        };
        Self { every, unit }
    }

    /// Returns the first day on or after `start` that the rule selects. Periods are counted from it.
    pub fn first(self, start: Date) -> Option<Day> {
        Self { every: 1, ..self }.on_or_after(start, start)
    }

    /// Returns the next day after `day`, in a cycle that begins on `first`.
    pub fn after(self, first: Date, day: Date) -> Option<Day> {
        self.on_or_after(first, day.tomorrow().ok()?.max(first))
    }

    /// Returns the next day in a cycle that restarts on the day of completion.
    pub fn after_completion(self, done: Date) -> Option<Day> {
        let earliest = match self.unit {
            Unit::Days | Unit::Weeks(_) => done,
            // The next month at the earliest.
            Unit::Months(_) => done.last_of_month(),
        };
        self.after(done, earliest)
    }

    fn on_or_after(self, first: Date, day: Date) -> Option<Day> {
        match self.unit {
            Unit::Days => add_days(first, self.round_up(days_between(first, day))).map(Day::from),
            Unit::Weeks(weekdays) => {
                let monday = add_days(first, -days_after_monday(first))?;
                let weeks = days_between(monday, day) / 7;
                let round = self.round_up(weeks);
                let earliest = if round == weeks { days_after_monday(day) } else { 0 };
                let this_week = weekdays.days_after_monday().find(|weekday| *weekday >= earliest);
                let days = match this_week {
                    Some(weekday) => 7 * round + weekday,
                    None => 7 * (round + self.every) + weekdays.days_after_monday().next()?,
                };
                add_days(monday, days).map(Day::from)
            }
            Unit::Months(day_of_month) => {
                let day_of_month = day_of_month.unwrap_or(DayOfMonth::Number(first.day()));
                let month = month_number(first) + self.round_up(month_number(day) - month_number(first));
                in_month(month, day_of_month)
                    .filter(|found| found.date >= day)
                    .or_else(|| in_month(month + self.every, day_of_month))
            }
        }
    }

    /// Rounds a number of days, weeks or months up to a multiple of the interval.
    fn round_up(self, passed: i64) -> i64 {
        (passed + self.every - 1) / self.every * self.every
    }
}

fn days_after_monday(day: Date) -> i64 {
    day.weekday().to_monday_zero_offset().into()
}

fn days_between(first: Date, day: Date) -> i64 {
    first.duration_until(day).as_hours() / 24
}

fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

/// Returns the number of months since the year 0.
fn month_number(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

/// Returns the day in the month with that number, or the month's last day if it is too short.
fn in_month(number: i64, day_of_month: DayOfMonth) -> Option<Day> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    let last = Date::new(year, month, 1).ok()?.last_of_month();
    match day_of_month {
        DayOfMonth::Number(day) if day <= last.day() => Date::new(year, month, day).ok().map(Day::from),
        DayOfMonth::Number(_) => Some(Day { date: last, shorter_month: Some(day_of_month) }),
        DayOfMonth::Last => Some(last.into()),
    }
}
