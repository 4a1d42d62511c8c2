//! Dates in digits: "2026-04-02", "4/25", "20160416", "2012/Aug/10".

use super::months::LONGEST;
use super::{Day, DayLead, Found, follows_a_day};
use crate::clock::follows_a_time;
use crate::number::{digits, full_year};
use crate::phrases::Phrases;
use crate::text::Text;

/// One group of a date with separators: digits or a month.
#[derive(Clone, Copy)]
enum Group {
    Number { value: u32, length: usize },
    Month(i8),
}

/// "2026-04-02", "4/25/2026", "25.12.2026", "20160416", "2012/Aug/10", "4/25", "4-22" after "on".
pub fn numeric(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    if let Some(found) = compact(text, at) {
        return Some(found);
    }
    let group = |at: usize| match text.month(at) {
        Some(month) => Some(Group::Month(month)),
        None => digits(text, at).map(|(value, _)| Group::Number { value, length: text.at(at).len() }),
    };
    let first = group(at)?;
    let (separator, second_at) = separator(text, at + 1)?;
    let second = group(second_at)?;
    let third = separator_after(text, second_at + 1, separator).and_then(|at| Some((group(at)?, at + 1)));
    if let Some((third, end)) = third {
        return three_groups(first, second, third, separator).and_then(|day| Found::new(day, end));
    }
    let (Group::Number { value: first, length: 1..=2 }, Group::Number { value: second, length: 1..=2 }) =
        (first, second)
    else {
        return None;
    };
    let end = second_at + 1;
    let fits = |month: u32, day: u32| {
        (1..=12).contains(&month) && day >= 1 && day <= LONGEST[month as usize - 1] as u32
    };
    if !(fits(first, second) || fits(second, first)) {
        return None;
    }
    // Dots and dashes need a word that announces a date: 4.22 may be a price, 4-22 a range.
    let is_slash = separator == '/' && !is_name(first, second);
    let is_said = lead.is_on() && (follows_a_time(text, end) || is_slash);
    let is_date = match separator {
        '/' => is_said || lead == DayLead::Beside || is_date_by_itself(text, at, end, first, second),
        '.' | '-' => is_said,
        _ => false,
    };
    is_date.then_some(())?;
    Found::new(Day::Digits { first, second, year: None, weekday: None }, end)
}

/// True for "9/11", "24/7" and the like, which are more often names.
fn is_name(first: u32, second: u32) -> bool {
    matches!((first, second), (9, 11) | (24, 7) | (7, 11) | (20, 20))
}

/// True if "a/b" is a date without a word before it: not a fraction, a score or a name.
fn is_date_by_itself(text: &Text, at: usize, end: usize, first: u32, second: u32) -> bool {
    let is_name = is_name(first, second);
    let is_fraction = first < second && matches!(second, 2 | 3 | 4 | 5 | 8);
    if follows_a_day(text, end) {
        return ((first, second) != (24, 7)) && !(is_fraction && at > 0 && text.is_after(at, &["and"]));
    }
    // "4/25 dentist": at the beginning, before the words of a title.
    at == 0 && !is_name && !is_fraction && text.is_word(end)
}

/// Eight digits: "20160416".
fn compact(text: &Text, at: usize) -> Option<Found> {
    static NUMBERS: Phrases =
        Phrases::new("no, number, order, id, invoice, ticket, ref, account, code, #, phone, call, tel");
    let digits = text.at(at);
    if !text.is_number(at) || digits.len() != 8 || NUMBERS.has(text.before(at)) || !text.ends(at + 1) {
        return None;
    }
    let (year, month, day) =
        (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    ymd(year, month, day).filter(|_| (1900..2200).contains(&year)).and_then(|day| Found::new(day, at + 1))
}

/// Date with a year, unless there is no such day.
fn ymd(year: u32, month: u32, day: u32) -> Option<Day> {
    let date =
        jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some(Day::Date { year: Some(date.year()), month: date.month(), day: date.day(), weekday: None })
}

/// Returns the separator between two groups. Only a slash may have spaces around it.
fn separator(text: &Text, at: usize) -> Option<(char, usize)> {
    let sign = text.at(at).chars().next()?;
    match sign {
        '/' if text.is_glued(at) == text.is_glued(at + 1) => Some((sign, at + 1)),
        '-' | '.' if text.is_glued(at) && text.is_glued(at + 1) => Some((sign, at + 1)),
        _ if text.is_number(at)
            && !text.is_glued(at)
            && text.at(at).len() == 2
            && text.before(at).len() == 4 =>
        {
            Some((' ', at))
        }
        _ => None,
    }
}

fn separator_after(text: &Text, at: usize, first: char) -> Option<usize> {
    let sign = text.at(at).chars().next()?;
    let is_glued = text.is_glued(at) && text.is_glued(at + 1);
    match sign {
        _ if first == ' ' => {
            (text.is_number(at) && !text.is_glued(at) && text.at(at).len() == 2).then_some(at)
        }
        ',' if first == '/' && is_glued => Some(at + 1),
        _ if sign == first && (is_glued || first == '/') => Some(at + 1),
        _ => None,
    }
}

fn three_groups(first: Group, second: Group, third: Group, separator: char) -> Option<Day> {
    use Group::{Month as Name, Number as Num};
    let year_of = |value: u32, length: usize| match length {
        4 => Some(value),
        2 => u32::try_from(full_year(value)).ok(),
        _ => None,
    };
    match (first, second, third) {
        (Num { value: year, length: 4 }, Num { value: month, .. }, Num { value: day, length: 1..=2 }) => {
            ymd(year, month, day)
        }
        (
            Num { value: first, length: 1..=2 },
            Num { value: second, length: 1..=2 },
            Num { value, length },
        ) => {
            // "1.10.30" is a version.
            let year = year_of(value, length).filter(|_| length == 4 || separator != '.')?;
            let is_possible = ymd(year, first, second).or_else(|| ymd(year, second, first)).is_some();
            let year = i16::try_from(year).ok();
            is_possible.then_some(Day::Digits { first, second, year, weekday: None })
        }
        (Num { value: year, length: 4 }, Name(month), Num { value: day, .. })
        | (Num { value: year, length: 4 }, Num { value: day, .. }, Name(month))
        | (Name(month), Num { value: year, length: 4 }, Num { value: day, .. })
        | (Num { value: day, .. }, Num { value: year, length: 4 }, Name(month)) => {
            ymd(year, month as u32, day)
        }
        (Num { value: day, .. }, Name(month), Num { value, length })
        | (Name(month), Num { value: day, .. }, Num { value, length }) => {
            ymd(year_of(value, length)?, month as u32, day)
        }
        _ => None,
    }
}
