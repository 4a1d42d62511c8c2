//! Weekdays: "friday", "next friday", "friday next week", "Fri, Jul 18".

use jiff::civil::Weekday;

use super::digits::numeric;
use super::months::{named_month, relative_month};
use super::names::is_name;
use super::periods::is_weekend;
use super::{Day, DayLead, Found, Which};
use crate::clock::{Lead, clock, follows_a_time, meridiem};
use crate::number::{Amount, cardinal, digits, ordinal, unit};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::Unit;

/// "this", "next", "last" before a weekday, a week or a month.
pub fn modifier(text: &Text, at: usize) -> Option<(Modifier, usize)> {
    let at = if text.at(at) == "the" { at + 1 } else { at };
    let found = match text.at(at) {
        "this" if text.is(at + 1, &["coming", "upcoming", "next"]) => (Modifier::This, at + 2),
        "this" if text.is(at + 1, &["past", "last"]) => (Modifier::Last, at + 2),
        "this" | "coming" | "upcoming" | "current" | "ths" => (Modifier::This, at + 1),
        "next" | "nxt" | "following" | "nex" => (Modifier::Next, at + 1),
        "last" | "past" | "previous" | "lst" => (Modifier::Last, at + 1),
        _ => return None,
    };
    Some(found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    This,
    Next,
    Last,
}

impl Modifier {
    pub fn distance(self) -> i32 {
        match self {
            Self::This => 0,
            Self::Next => 1,
            Self::Last => -1,
        }
    }
}

/// Returns "next week", "of the next week", "from last week" as a distance in weeks.
pub fn week(text: &Text, at: usize) -> Option<(i32, usize)> {
    let begin = if text.is(at, &["of", "in", "from", "on", "for", "during"]) { at + 1 } else { at };
    let (modifier, end) = modifier(text, begin)?;
    let is_week = text.is(end, &["week", "weeks", "week's", "wk"]) && !is_weekend(text, end);
    is_week.then_some((modifier.distance(), end + 1))
}

/// "friday", "next friday", "friday next week", "Fri, Jul 18", "tuesday the 4th", "friday week".
pub fn weekday(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    if let Some((distance, end)) =
        week(text, at).filter(|_| !text.is(at, &["of", "in", "from", "for", "during"]))
    {
        // "next week friday", "last week's sunday", "previous week - monday", "next week on monday"
        let next = if text.is(end, &["-", ",", "on"]) { end + 1 } else { end };
        let day = text.weekday(next).filter(|word| !word.is_plural)?;
        return Found::new(Day::Weekday(day.weekday, Which::InWeek(distance)), next + 1);
    }
    let (modifier, name) = match modifier(text, at) {
        Some((modifier, end)) => (Some(modifier), end),
        None => (None, if text.at(at) == "the" { at + 1 } else { at }),
    };
    let word = text.weekday(name).filter(|word| !word.is_plural)?;
    if is_name(text, name) || (modifier.is_none() && name > at) {
        return None;
    }
    let is_said = modifier.is_some() || lead != DayLead::None;
    let mut end = name + 1;
    if text.at(end) == "." && text.is_glued(end) && text.at(name).len() < 6 && end + 1 < text.len() {
        end += 1;
    }
    if let Some(found) = weekday_with_date(text, end, word.weekday) {
        return Some(found);
    }
    let which = match modifier {
        None | Some(Modifier::This) => Which::Coming,
        Some(Modifier::Next) => Which::Next,
        Some(Modifier::Last) => Which::Last,
    };
    let plain = Day::Weekday(word.weekday, which);
    if modifier.is_none() {
        let after = if text.at(end) == "," { end + 1 } else { end };
        let part = text.part(after);
        let middle = if part.is_some() { after + 1 } else { after };
        // "wednesday evening next week", "tuesday, next week", "monday of last week"
        if let Some((distance, after)) = week(text, middle) {
            let day = Day::Weekday(word.weekday, Which::InWeek(distance));
            return Some(Found { day, part, end: after });
        }
        if text.phrase(end, "after next").is_some() {
            return Found::new(Day::Weekday(word.weekday, Which::Nth(2)), end + 2);
        }
        if text.is(end, &["week"]) && follows_a_time(text, end + 1) {
            let week = Amount::of(1, Unit::Week);
            return Found::new(Day::After(week, Box::new(plain)), end + 1);
        }
        if let Some(found) = weekday_after(text, end, word.weekday) {
            return Some(found);
        }
        if word.is_ambiguous && !is_said && !stands_alone(text, name) {
            return None;
        }
    }
    // A possessive or a plural belongs to what follows.
    Found::new(plain, end)
}

/// "monday two weeks from now", "saturday 3 days from now".
fn weekday_after(text: &Text, at: usize, weekday: Weekday) -> Option<Found> {
    let begin = if text.at(at) == "in" { at + 1 } else { at };
    let (count, next) = cardinal(text, begin)?;
    let (unit, next) = unit(text, next)?;
    let end = text.any_phrase(next, &["from now", "from today"]).or((begin > at).then_some(next))?;
    let count = i32::try_from(count).ok().filter(|count| *count < 1000)?;
    match unit {
        Unit::Week => Found::new(Day::Weekday(weekday, Which::InWeek(count)), end),
        Unit::Day => Found::new(Day::FromToday(count), end),
        _ => None,
    }
}

/// True if an ambiguous abbreviation can only be a day: followed by a time or a date, or the last word after
/// a word that needs none.
fn stands_alone(text: &Text, at: usize) -> bool {
    static NEEDS_A_NOUN: Phrases = Phrases::new(
        "the, a, an, my, your, his, her, our, their, in, of, under, some, more, get, got, is, was, be, and, \
         or, with, to, has, have, just, newly, no, any, he, she, it, i, we, they, you, who, cat, dog, up, \
         down, hot, for",
    );
    let mut next = at + 1;
    while let Some(end) =
        text.any_phrase(next, &[",", "at", "@", "by", "in the", "early", "late", "around", "about"])
    {
        next = end;
    }
    let is_followed = clock(text, next, Lead::Sure).is_some()
        || text.part(next).is_some()
        || text.month(next).is_some()
        || text.is_number(next);
    let is_last =
        at + 1 >= text.len() || (text.is_sign(at + 1) && !text.is_glued(at + 2)) || text.at(at + 1) == "#";
    is_followed || (is_last && !NEEDS_A_NOUN.has(text.before(at)) && (at > 0 || text.len() == 1))
}

/// "Fri, Jul 18", "tuesday the 4th", "Thu 15th", "sunday 31", "Friday-Jun-15", "friday (jun-15)",
/// "friday 7.6".
fn weekday_with_date(text: &Text, at: usize, weekday: Weekday) -> Option<Found> {
    let mut begin = at;
    while text.is(begin, &[",", "-", "(", "the", "on", "."]) && begin < at + 2 {
        begin += 1;
    }
    let is_bracketed = begin > at && text.before(begin) == "(";
    let close = |found: Found| Found {
        end: if is_bracketed && text.at(found.end) == ")" { found.end + 1 } else { found.end },
        ..found
    };
    if let Some(found) = named_month(text, begin, DayLead::On).or_else(|| numeric(text, begin, DayLead::On)) {
        let day = match found.day {
            Day::Date { year, month, day, .. } => Day::Date { year, month, day, weekday: Some(weekday) },
            Day::Digits { first, second, year, .. } => {
                Day::Digits { first, second, year, weekday: Some(weekday) }
            }
            other => other,
        };
        return Some(close(Found { day, ..found }));
    }
    let (number, end) = ordinal(text, begin).or_else(|| {
        // "sunday 31!", but not "friday 7pm", "friday 3:20" or "friday 2 hours".
        let (number, end) = digits(text, begin).filter(|_| begin == at && text.at(begin).len() == 2)?;
        let is_other = meridiem(text, end).is_some()
            || (text.is(end, &[":", ".", "/", "h", "'"])
                && text.is_glued(end)
                && text.is_glued(end + 1)
                && end + 1 < text.len())
            || unit(text, end).is_some();
        (!is_other && number > 12 && follows_a_time(text, end)).then_some((number, end))
    })?;
    let day = i8::try_from(number).ok().filter(|day| (1..=31).contains(day))?;
    if !text.ends(end) {
        return None;
    }
    // "friday the 4th of july" was read above, with its month.
    if let Some((month, after)) = relative_month(text, end) {
        return Found::new(Day::OfMonth { day, month: Some(month), weekday: Some(weekday) }, after)
            .map(close);
    }
    Found::new(Day::OfMonth { day, month: None, weekday: Some(weekday) }, end).map(close)
}
