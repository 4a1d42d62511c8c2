//! Days of a month: "Feb 17", "the 17th", "the first monday of next month".

use jiff::civil::Weekday;

use super::periods::weekend_word;
use super::weekdays::{Modifier, modifier};
use super::{Day, DayLead, Found, Month, Place, follows_a_day};
use crate::clock::meridiem;
use crate::number::{below_hundred, digits, full_year, ordinal, spelled_ordinal, year};
use crate::phrases::Phrases;
use crate::text::Text;

/// Returns "of next month", "this month" as a distance in months.
pub fn relative_month(text: &Text, at: usize) -> Option<(i32, usize)> {
    let begin = if text.is(at, &["of", "in"]) { at + 1 } else { at };
    let (modifier, end) = match modifier(text, begin) {
        Some(found) => found,
        None if begin > at && text.is(begin, &["the", "each"]) => (Modifier::This, begin + 1),
        None => return None,
    };
    (text.is(end, &["month", "mth"]) && text.at(begin) != "each").then_some((modifier.distance(), end + 1))
}

/// Returns "of next month", "in october", "of october 2014".
pub fn month_of(text: &Text, at: usize) -> Option<(Month, usize)> {
    if let Some((distance, end)) = relative_month(text, at) {
        return Some((Month::Relative(distance), end));
    }
    let begin = if text.is(at, &["of", "in"]) { at + 1 } else { return None };
    let begin = if text.is(begin, &["this", "next"]) { begin + 1 } else { begin };
    let month = text.month(begin)?;
    let next = if text.at(begin + 1) == "," { begin + 2 } else { begin + 1 };
    match year(text, next) {
        Some((year, end)) => Some((Month::Named { month, year: Some(year) }, end)),
        None => Some((Month::Named { month, year: None }, begin + 1)),
    }
}

/// "the first monday of next month", "last friday in october", "last day of october 2015",
/// "last weekend of july".
pub fn nth_weekday(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin = if text.at(at) == "the" { at + 1 } else { at };
    let (nth, name) = match text.at(begin) {
        "last" => (-1, begin + 1),
        _ => ordinal(text, begin)
            .filter(|(nth, _)| (1..=5).contains(nth))
            .map(|(nth, end)| (nth as i8, end))?,
    };
    if text.at(name) == "day" {
        let (month, end) = month_of(text, name + 1)?;
        return match nth {
            -1 => Found::new(Day::EdgeOfMonth { month, place: Place::Last }, end),
            1 => Found::new(Day::EdgeOfMonth { month, place: Place::First }, end),
            _ => None,
        };
    }
    let (weekday, next) = match weekend_word(text, name) {
        Some(end) => (Weekday::Saturday, end),
        None => (text.weekday(name).filter(|word| !word.is_plural)?.weekday, name + 1),
    };
    let part = text.part(next);
    let (month, end) = month_of(text, if part.is_some() { next + 1 } else { next })?;
    Some(Found { day: Day::NthWeekday { nth, weekday, month }, part, end })
}

/// Most days that a month can have.
pub const LONGEST: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// "Feb 17", "17 February 2026", "the 2nd of march", "mar4", "May eighth, 2010", "next 6th of April".
pub fn named_month(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    let begin =
        if text.is(at, &["this", "next", "coming"]) && !text.is(at + 1, &["day"]) { at + 1 } else { at };
    let begin = if text.at(begin) == "the" { begin + 1 } else { begin };
    let (month, day, end) = month_first(text, begin).or_else(|| day_first(text, begin, lead))?;
    let day = i8::try_from(day).ok().filter(|day| *day >= 1 && *day <= LONGEST[month as usize - 1])?;
    let (last, end) = last_of_range(text, end).map_or((day, end), |(last, end)| (last, end));
    let (year, end) = year_after(text, end).map_or((None, end), |(year, end)| (Some(year), end));
    // "February 20 - 29, 2022" is no date, as one of its ends is none.
    let exists = |day| jiff::civil::Date::new(year.unwrap_or(2000), month, day).is_ok();
    if last != day && !(exists(day) && exists(last) && day < last) {
        return None;
    }
    if counts_something(text, end) && year.is_none() {
        return None;
    }
    Found::new(Day::Date { year, month, day, weekday: None }, end)
}

/// Returns the last day of a range, which begins on the date: "February 20 - 28".
fn last_of_range(text: &Text, at: usize) -> Option<(i8, usize)> {
    let next = text.is(at, &["-", "–"]).then_some(at + 1)?;
    let (day, end) =
        ordinal(text, next).or_else(|| digits(text, next).filter(|_| text.at(next).len() <= 2))?;
    let is_other =
        meridiem(text, end).is_some() || (text.is(end, &[":", "-", "/", "."]) && text.is_glued(end));
    i8::try_from(day).ok().filter(|day| (1..=31).contains(day) && !is_other).map(|day| (day, end))
}

/// True if a unit that is no time follows, as in "march 5 miles".
fn counts_something(text: &Text, at: usize) -> bool {
    text.is(
        at,
        &[
            "miles", "mile", "km", "kms", "people", "times", "percent", "%", "steps", "pages", "copies",
            "dollars", "euros",
        ],
    )
}

fn month_first(text: &Text, at: usize) -> Option<(i8, u32, usize)> {
    let month = text.month(at)?;
    let mut next = at + 1;
    while text.is(next, &[".", ",", "-", "/", "the"]) && next < at + 3 {
        next += 1;
    }
    let is_glued_number = text.is_number(next) && text.is_glued(next) && next == at + 1;
    let (day, end) = if is_glued_number {
        let day = text.at(next).parse().ok().filter(|_| text.at(next).len() <= 2)?;
        (day, if text.is(next + 1, &["st", "nd", "rd", "th"]) { next + 2 } else { next + 1 })
    } else {
        ordinal(text, next).or_else(|| digits(text, next).filter(|_| text.at(next).len() <= 2)).or_else(
            || {
                // "march eighteen"; "may one" is no date.
                below_hundred(text, next).filter(|(day, _)| month != 5 || *day > 12)
            },
        )?
    };
    let is_time = meridiem(text, end).is_some()
        || (text.is(end, &[":", "h"]) && text.is_glued(end) && text.is_number(end + 1))
        || text.is(end, &["o'clock", "oclock"]);
    (!is_time).then_some((month, day, end))
}

fn day_first(text: &Text, at: usize, lead: DayLead) -> Option<(i8, u32, usize)> {
    let spelled = |text: &Text, at| below_hundred(text, at).filter(|(day, _)| *day > 1);
    let (day, end, is_ordinal) = match ordinal(text, at) {
        Some((day, end)) => (day, end, true),
        None => {
            let (day, end) =
                digits(text, at).filter(|_| text.at(at).len() <= 2).or_else(|| spelled(text, at))?;
            (day, end, false)
        }
    };
    let mut next = end;
    // "10-12 march" begins on the 10th.
    if let Some((last, after)) = last_of_range(text, end).filter(|(_, after)| text.month(*after).is_some()) {
        (u32::from(last.unsigned_abs()) > day).then_some(())?;
        next = after;
    }
    while text.is(next, &["of", "-", "/", ".", ",", "the"]) && next < end + 2 {
        next += 1;
    }
    let month = text.month(next)?;
    // "5 may attend", "10 march on": words that are no month after a plain number.
    let is_word = matches!(text.at(next), "may" | "march" | "mar");
    let is_clear = is_ordinal
        || next > end
        || !is_word
        || lead != DayLead::None
        || follows_a_day(text, next + 1)
        || text.is_number(next + 1);
    is_clear.then_some((month, day, next + 1))
}

/// Returns the year after a day and a month: ", 2016", "-2012", "'16", "of 2017".
fn year_after(text: &Text, at: usize) -> Option<(i16, usize)> {
    let mut next = at;
    while text.is(next, &[",", ".", "-", "/", "of", "in"]) && next < at + 2 {
        next += 1;
    }
    if let Some((year, end)) = year(text, next).filter(|(_, end)| text.ends(*end)) {
        return Some((year, end));
    }
    // "21-APR-16": two digits only next to a dash or slash.
    let is_short =
        text.is(at, &["-", "/"]) && text.is_glued(at) && text.is_number(next) && text.at(next).len() == 2;
    digits(text, next).filter(|_| is_short && text.ends(next + 1)).map(|(year, end)| (full_year(year), end))
}

/// "17th", "the 4th", "the 20th of next month", "on 15", "for the second".
pub fn of_month(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    let has_the = text.at(at) == "the";
    let begin = if has_the { at + 1 } else { at };
    let number = |found: Option<(u32, usize)>| {
        found.and_then(|(day, end)| Some((i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?, end)))
    };
    if let Some((day, end)) =
        number(ordinal(text, begin).or_else(|| digits(text, begin).filter(|_| text.at(begin).len() <= 2)))
    {
        // "20 of next month"; in "at 5 next month" the number is an hour.
        let is_day = has_the || end > begin + 1 || !text.is_number(begin) || text.is(end, &["of", "in"]);
        if let Some((month, after)) = relative_month(text, end).filter(|_| is_day) {
            return Found::new(Day::OfMonth { day, month: Some(month), weekday: None }, after);
        }
    }
    let in_digits = number(ordinal(text, begin).filter(|_| text.is_number(begin)));
    // "the second" may be anything, "the tenth" hardly.
    let in_words =
        number(spelled_ordinal(text, begin)).filter(|(day, _)| lead.is_on() || (has_the && *day > 3));
    let plain = number(digits(text, begin)).filter(|(day, _)| lead.is_on() && !has_the && *day > 12);
    let (day, end) = in_digits.or(in_words).or(plain)?;
    // "The 5th Wave", "second draft": what an ordinal counts is no date.
    static COUNTED: Phrases = Phrases::new(
        "floor, avenue, street, grade, time, wave, try, attempt, page, chapter, anniversary, birthday, place, round, \
         century, quarter, season, edition, draft, version, episode, day, week, month, year, hour, one, of",
    );
    let is_day = lead == DayLead::Sure && !COUNTED.has(text.at(end));
    let is_counted = text.at(end) == "of";
    (is_day || (follows_a_day(text, end) && !is_counted)).then_some(())?;
    Found::new(Day::OfMonth { day, month: None, weekday: None }, end)
}
