//! On which days a series comes, before anybody looks at a clock.
//!
//! Each is computed from the number of periods that have passed, never from the one before it: so it takes no longer
//! after a thousand periods than after one, and a shorter month changes nothing about those that follow.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::{DayOfMonth, Frequency, RuleParts, Weekdays};

/// How the days of a series follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    every: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    /// Weeks, which begin on Monday.
    Weeks(Weekdays),
    /// Months, on this day or else on the day on which the cycle began.
    Months(Option<DayOfMonth>),
}

/// A day on which a series comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// The day that was wanted, of a month that does not have it.
    pub shorter_month: Option<DayOfMonth>,
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self { date, shorter_month: None }
    }
}

impl Cycle {
    pub fn of(parts: &RuleParts) -> Self {
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

    /// The first day that fits, from `start` on. Periods are counted from there.
    pub fn first(self, start: Date) -> Option<Day> {
        Self { every: 1, ..self }.on_or_after(start, start)
    }

    /// The day that follows `day`, in a cycle that begins on `first`.
    pub fn after(self, first: Date, day: Date) -> Option<Day> {
        self.on_or_after(first, day.tomorrow().ok()?.max(first))
    }

    /// The day that follows, in a cycle that begins anew on the day on which something was done.
    pub fn after_doing(self, done: Date) -> Option<Day> {
        let earliest = match self.unit {
            Unit::Days | Unit::Weeks(_) => done,
            // Not in the same month again.
            Unit::Months(_) => done.last_of_month(),
        };
        self.after(done, earliest)
    }

    fn on_or_after(self, first: Date, day: Date) -> Option<Day> {
        match self.unit {
            Unit::Days => add_days(first, self.round_up(days_between(first, day))).map(Day::from),
            Unit::Weeks(weekdays) => {
                let monday = add_days(first, -after_monday(first))?;
                let weeks = days_between(monday, day) / 7;
                let round = self.round_up(weeks);
                let earliest = if round == weeks { after_monday(day) } else { 0 };
                let this_week = weekdays.after_monday().find(|weekday| *weekday >= earliest);
                let days = match this_week {
                    Some(weekday) => 7 * round + weekday,
                    None => 7 * (round + self.every) + weekdays.after_monday().next()?,
                };
                add_days(monday, days).map(Day::from)
            }
            Unit::Months(wanted) => {
                let wanted = wanted.unwrap_or(DayOfMonth::Number(first.day()));
                let month = month_number(first) + self.round_up(month_number(day) - month_number(first));
                in_month(month, wanted)
                    .filter(|found| found.date >= day)
                    .or_else(|| in_month(month + self.every, wanted))
            }
        }
    }

    /// The first whole number of intervals that is not less than so many days, weeks or months.
    fn round_up(self, passed: i64) -> i64 {
        (passed + self.every - 1) / self.every * self.every
    }
}

fn after_monday(day: Date) -> i64 {
    day.weekday().to_monday_zero_offset().into()
}

fn days_between(first: Date, day: Date) -> i64 {
    first.duration_until(day).as_hours() / 24
}

fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

/// Months since the year 0.
fn month_number(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

fn in_month(number: i64, wanted: DayOfMonth) -> Option<Day> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    let last = Date::new(year, month, 1).ok()?.last_of_month();
    match wanted {
        DayOfMonth::Number(day) if day <= last.day() => Date::new(year, month, day).ok().map(Day::from),
        DayOfMonth::Number(_) => Some(Day { date: last, shorter_month: Some(wanted) }),
        DayOfMonth::Last => Some(last.into()),
    }
}
