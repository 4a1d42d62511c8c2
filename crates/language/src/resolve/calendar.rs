//! Arithmetic of dates. Nothing is returned outside of the years that can be written.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use crate::number::Amount;

/// Years that RFC 3339 can write in every zone.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9998;

/// Adds days to a date.
pub fn add_days(date: Date, days: i32) -> Option<Date> {
    span(date, Span::new().try_days(days).ok()?)
}

/// Adds months to the first day of the date's month.
pub fn month_start(date: Date, months: i32) -> Option<Date> {
    span(date.first_of_month(), Span::new().try_months(months).ok()?)
}

/// Last day of the month that is some months away.
pub fn month_end(date: Date, months: i32) -> Option<Date> {
    month_start(date, months).map(Date::last_of_month)
}

/// Monday of the date's week.
pub fn monday(date: Date) -> Option<Date> {
    add_days(date, -i32::from(date.weekday().to_monday_zero_offset()))
}

/// Adds an amount of days, months and years.
pub fn shifted(date: Date, amount: Amount) -> Option<Date> {
    let months = Span::new().try_years(amount.years).ok()?.try_months(amount.months).ok()?;
    let date = add_days(span(date, months)?, amount.days)?;
    let step = amount.business_days.signum();
    let mut at = date;
    for _ in 0..amount.business_days.unsigned_abs().min(2000) {
        at = next_business_day(at, step)?;
    }
    Some(at)
}

/// Next or last day from Monday to Friday.
fn next_business_day(date: Date, step: i32) -> Option<Date> {
    let mut at = add_days(date, step)?;
    while matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
        at = add_days(at, step)?;
    }
    Some(at)
}

fn span(date: Date, span: Span) -> Option<Date> {
    date.checked_add(span).ok().filter(|date| YEARS.contains(&date.year()))
}
