//! Days against today.

use jiff::civil::{Date, Weekday};

use super::wording::{date_words, month_name, weekday_name};
use super::{Aim, Now, Order, add_days, monday, month_end, month_start, shifted};
use crate::day::{Day, LONGEST, Month, Place, Which};
use crate::number::Amount;
use crate::words::Unit;

/// Dates that a day can mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dates {
    pub options: Vec<Date>,
    pub question: Option<String>,
    pub notes: Vec<String>,
    /// True if even a single option has to be confirmed.
    pub is_doubtful: bool,
}

impl Dates {
    fn of(date: Option<Date>) -> Self {
        Self { options: date.into_iter().collect(), ..Self::default() }
    }

    fn either(options: Vec<Date>, question: String) -> Self {
        Self { options, question: Some(question), ..Self::default() }
    }

    fn doubtful(date: Option<Date>, question: String) -> Self {
        Self { is_doubtful: true, ..Self::either(date.into_iter().collect(), question) }
    }
}

/// True if the words speak of the past: "yesterday", "last friday", a date with a year.
pub fn is_in_past_by_its_words(day: &Day) -> bool {
    match day {
        Day::FromToday(days) | Day::Working(days) => *days < 0,
        Day::Weekday(_, Which::Last) => true,
        // "this weekend" on a Sunday was not meant to have passed.
        Day::Weekday(weekday, Which::InWeek(weeks)) => {
            *weeks < 0 || (*weeks == 0 && *weekday != Weekday::Saturday)
        }
        Day::Weekday(_, Which::Nth(nth)) => *nth < 0,
        Day::Weekday(..) => false,
        Day::OfMonth { month, .. } => month.is_some(),
        Day::Date { year, .. } | Day::Digits { year, .. } => year.is_some(),
        Day::NthWeekday { month, .. } | Day::EdgeOfMonth { month, .. } => match month {
            Month::Relative(_) => true,
            Month::Named { year, .. } => year.is_some(),
        },
        Day::Edge { distance, .. } => *distance < 0,
        Day::After(amount, base) => is_negative(*amount) || is_in_past_by_its_words(base),
    }
}

fn is_negative(amount: Amount) -> bool {
    amount.years < 0 || amount.months < 0 || amount.days < 0 || amount.business_days < 0 || amount.seconds < 0
}

/// Finds the dates that a day can mean.
pub fn dates(day: &Day, now: &Now, aim: Aim) -> Dates {
    let today = now.today();
    match day {
        Day::FromToday(days) => Dates::of(add_days(today, *days)),
        Day::Working(days) => Dates::of(shifted(today, Amount { business_days: *days, ..Amount::default() })),
        Day::Weekday(weekday, which) => on_weekday(*weekday, *which, today, aim),
        Day::OfMonth { day, month: None, weekday } => day_of_month(*day, *weekday, today, aim),
        Day::OfMonth { day, month: Some(months), weekday } => {
            let found = month_start(today, *months)
                .and_then(|first| Date::new(first.year(), first.month(), *day).ok());
            checked(found, *weekday, today)
        }
        Day::Date { year, month, day, weekday } => on_date(*year, *month, *day, *weekday, today, aim),
        Day::Digits { first, second, year, weekday } => in_digits(*first, *second, *year, *weekday, now, aim),
        Day::NthWeekday { nth, weekday, month } => {
            let found = in_month(*month, today, aim, |first| nth_weekday(first, *nth, *weekday));
            Dates::of(found)
        }
        Day::Edge { unit, distance, place } => Dates::of(edge(*unit, *distance, *place, today)),
        Day::EdgeOfMonth { month, place } => {
            Dates::of(in_month(*month, today, aim, |first| day_of(first, *place)))
        }
        Day::After(amount, base) => {
            let base = dates(base, now, aim);
            let options = base.options.iter().filter_map(|date| shifted(*date, *amount)).collect();
            Dates { options, ..base }
        }
    }
}

fn on_weekday(weekday: Weekday, which: Which, today: Date, aim: Aim) -> Dates {
    let ahead =
        i32::from(weekday.to_monday_zero_offset()) - i32::from(today.weekday().to_monday_zero_offset());
    let coming = if ahead > 0 { ahead } else { ahead + 7 };
    let last = if ahead < 0 { ahead } else { ahead - 7 };
    let days = |days: i32| Dates::of(add_days(today, days));
    match which {
        Which::Coming if aim == Aim::Passed => days(last),
        Which::Coming => days(coming),
        Which::Next if ahead > 0 => {
            let options = [ahead, ahead + 7].iter().filter_map(|days| add_days(today, *days)).collect();
            Dates::either(options, format!("Which {} do you mean?", weekday_name(weekday)))
        }
        Which::Next => days(coming),
        Which::Last => days(last),
        Which::InWeek(weeks) => days(ahead.saturating_add(weeks.saturating_mul(7))),
        Which::Nth(nth) if nth > 0 => days(coming + 7 * (nth - 1)),
        Which::Nth(nth) => days(last + 7 * (nth + 1)),
    }
}

/// Months to look through for a day: with a weekday, one may be years away.
const MONTHS_AHEAD: i32 = 84;

fn day_of_month(day: i8, weekday: Option<Weekday>, today: Date, aim: Aim) -> Dates {
    let direction = if aim == Aim::Coming { 1 } else { -1 };
    let found = (0..MONTHS_AHEAD).find_map(|months| {
        let first = month_start(today, direction * months)?;
        let date = Date::new(first.year(), first.month(), day).ok()?;
        let fits = if aim == Aim::Coming { date >= today } else { date <= today };
        (fits && weekday.is_none_or(|weekday| weekday == date.weekday())).then_some(date)
    });
    Dates::of(found)
}

/// Asks if a date does not fall on the weekday beside it.
fn checked(date: Option<Date>, weekday: Option<Weekday>, today: Date) -> Dates {
    match (date, weekday) {
        (Some(date), Some(weekday)) if date.weekday() != weekday => {
            let name = weekday_name(weekday);
            Dates::doubtful(
                Some(date),
                format!("{} is no {name}. Which day do you mean?", date_words(date, today)),
            )
        }
        (date, _) => Dates::of(date),
    }
}

fn on_date(year: Option<i16>, month: i8, day: i8, weekday: Option<Weekday>, today: Date, aim: Aim) -> Dates {
    if let Some(year) = year {
        let date = Date::new(year, month, day).ok();
        if date.is_none() {
            return Dates::doubtful(
                None,
                format!("There is no {day} {} {year}. Which day do you mean?", month_name(month)),
            );
        }
        return checked(date, weekday, today);
    }
    let such: Vec<Date> = such_dates(month, day, today, aim).take(2).collect();
    match weekday {
        // People name the weekday of this year's or next year's date; another one is a mistake.
        Some(weekday) => match such.iter().find(|date| date.weekday() == weekday) {
            Some(date) => Dates::of(Some(*date)),
            None => {
                // It may have been the last one.
                let mut found = checked(such.first().copied(), Some(weekday), today);
                found.options.extend(
                    such_dates(month, day, today, Aim::Passed)
                        .next()
                        .filter(|date| date.weekday() == weekday),
                );
                found
            }
        },
        None => Dates::of(such.first().copied()),
    }
}

/// Iterates over the dates with a month and a day, from today on or backwards.
fn such_dates(month: i8, day: i8, today: Date, aim: Aim) -> impl Iterator<Item = Date> {
    (0..=8).filter_map(move |years| {
        let year = if aim == Aim::Coming { today.year() + years } else { today.year() - years };
        let date = Date::new(year, month, day).ok()?;
        let fits = if aim == Aim::Coming { date >= today } else { date <= today };
        fits.then_some(date)
    })
}

fn in_digits(
    first: u32,
    second: u32,
    year: Option<i16>,
    weekday: Option<Weekday>,
    now: &Now,
    aim: Aim,
) -> Dates {
    let today = now.today();
    let read = |month: u32, day: u32| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        let is_possible = (1..=12).contains(&month) && day >= 1 && day <= LONGEST[month as usize - 1];
        let found = is_possible.then(|| on_date(year, month, day, weekday, today, aim))?;
        (!found.options.is_empty()).then_some(found)
    };
    let (month_first, day_first) = (read(first, second), read(second, first));
    let (month_first, day_first) = match (month_first, day_first) {
        (Some(one), Some(other)) if one.options == other.options => (Some(one), None),
        // Only one of them falls on the weekday beside it.
        (Some(one), Some(other)) if one.is_doubtful != other.is_doubtful => {
            if one.is_doubtful {
                (None, Some(other))
            } else {
                (Some(one), None)
            }
        }
        both => both,
    };
    match (month_first, day_first, now.order) {
        (Some(dates), None, _) | (None, Some(dates), _) => dates,
        (Some(dates), Some(_), Some(Order::MonthFirst)) | (Some(_), Some(dates), Some(Order::DayFirst)) => {
            dates
        }
        (Some(month_first), Some(day_first), None) => {
            let options = [month_first.options, day_first.options].concat();
            Dates::either(options, format!("Which day is {first}/{second}?"))
        }
        (None, None, _) => Dates::default(),
    }
}

/// Finds a date in a month: a named one without a year is the next in which the date has not passed.
fn in_month(month: Month, today: Date, aim: Aim, find: impl Fn(Date) -> Option<Date>) -> Option<Date> {
    match month {
        Month::Relative(months) => find(month_start(today, months)?),
        Month::Named { month, year: Some(year) } => find(Date::new(year, month, 1).ok()?),
        Month::Named { month, year: None } => (0..=2).find_map(|years| {
            let year = if aim == Aim::Coming { today.year() + years } else { today.year() - years };
            let date = find(Date::new(year, month, 1).ok()?)?;
            let fits = if aim == Aim::Coming { date >= today } else { date <= today };
            fits.then_some(date)
        }),
    }
}

fn nth_weekday(first: Date, nth: i8, weekday: Weekday) -> Option<Date> {
    let date = first.nth_weekday_of_month(nth, weekday).ok()?;
    Some(date)
}

fn edge(unit: Unit, distance: i32, place: Place, today: Date) -> Option<Date> {
    match unit {
        Unit::Week | Unit::Fortnight => {
            let first = add_days(monday(today)?, distance.checked_mul(7)?)?;
            match place {
                Place::First => Some(first),
                Place::Middle => add_days(first, 2),
                Place::Last => add_days(first, 6),
            }
        }
        Unit::Month => day_of(month_start(today, distance)?, place),
        Unit::Quarter => {
            let months = -((i32::from(today.month()) - 1) % 3) + 3 * distance;
            if place == Place::Last { month_end(today, months + 2) } else { month_start(today, months) }
        }
        Unit::Year => {
            let year = today.year().checked_add(i16::try_from(distance).ok()?)?;
            if place == Place::Last { Date::new(year, 12, 31).ok() } else { Date::new(year, 1, 1).ok() }
        }
        _ => add_days(today, distance),
    }
}

/// Day of a month that begins with `first`.
fn day_of(first: Date, place: Place) -> Option<Date> {
    match place {
        Place::First => Some(first),
        Place::Middle => add_days(first, 14),
        Place::Last => Some(first.last_of_month()),
    }
}
