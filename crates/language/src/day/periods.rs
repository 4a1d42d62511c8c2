//! Edges of periods: "end of month", "this weekend", "next week".

use jiff::civil::Weekday;

use super::months::month_of;
use super::weekdays::{Modifier, modifier};
use super::{Day, DayLead, Found, Month, Place, Which};
use crate::clock::follows_a_time;
use crate::text::Text;
use crate::words::Unit;

pub fn is_weekend(text: &Text, at: usize) -> bool {
    weekend_word(text, at).is_some()
}

/// "end of month", "eom", "the end of next week", "beginning of march", "end of day".
pub fn edge(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin = if text.at(at) == "the" { at + 1 } else { at };
    let end_of = |unit| Found::new(Day::Edge { unit, distance: 0, place: Place::Last }, begin + 1);
    match text.at(begin) {
        "eod" | "cob" => return end_of(Unit::Day),
        "eow" => return end_of(Unit::Week),
        "eom" => return end_of(Unit::Month),
        "eoq" => return end_of(Unit::Quarter),
        "eoy" => return end_of(Unit::Year),
        "month"
            if text.is(begin + 1, &["end", "-"])
                && text.is(begin + 1, &["end"])
                && follows_a_time(text, begin + 2) =>
        {
            return Found::new(Day::Edge { unit: Unit::Month, distance: 0, place: Place::Last }, begin + 2);
        }
        _ => {}
    }
    if let Some(end) = text.any_phrase(begin, &["close of business", "end of business", "end of play"]) {
        return Found::new(Day::Edge { unit: Unit::Day, distance: 0, place: Place::Last }, end);
    }
    let (place, begin) = match text.at(begin) {
        "end" | "close" => (Place::Last, begin),
        "start" | "beginning" => (Place::First, begin),
        "middle" => (Place::Middle, begin),
        "mid" => return middle(text, if text.at(begin + 1) == "-" { begin + 2 } else { begin + 1 }),
        _ => return None,
    };
    if text.at(begin + 1) == "of" {
        if let Some(days) = text.relative_day(begin + 2) {
            return Found::new(Day::FromToday(days), begin + 3);
        }
        if let Some((month, end)) = month_of(text, begin + 1) {
            return Found::new(Day::EdgeOfMonth { month, place }, end);
        }
    }
    let of = if text.at(begin + 1) == "of" { begin + 2 } else { return None };
    let (distance, name) = match modifier(text, of) {
        Some((modifier, end)) => (modifier.distance(), end),
        None => (0, if text.at(of) == "the" { of + 1 } else { of }),
    };
    let unit = text.unit(name).filter(|_| text.at(name).len() >= 3 && !is_weekend(text, name))?;
    let is_period = matches!(unit, Unit::Day | Unit::Week | Unit::Month | Unit::Quarter | Unit::Year);
    is_period.then_some(())?;
    Found::new(Day::Edge { unit, distance, place }, name + 1)
}

/// "mid march", "mid-week", "mid next month".
pub fn middle(text: &Text, at: usize) -> Option<Found> {
    if let Some(month) = text.month(at) {
        let month = Month::Named { month, year: None };
        return Found::new(Day::EdgeOfMonth { month, place: Place::Middle }, at + 1);
    }
    let (distance, name) = modifier(text, at).map_or((0, at), |(modifier, end)| (modifier.distance(), end));
    let unit = text.unit(name).filter(|unit| matches!(unit, Unit::Week | Unit::Month))?;
    Found::new(Day::Edge { unit, distance, place: Place::Middle }, name + 1)
}

/// Returns the end of "weekend" in its spellings.
pub fn weekend_word(text: &Text, at: usize) -> Option<usize> {
    match text.at(at) {
        "weekend" | "wkend" | "wknd" | "weeknd" | "wkd" => Some(at + 1),
        "week" if text.at(at + 1) == "-" && text.at(at + 2) == "end" => Some(at + 3),
        "week" if text.at(at + 1) == "end" => Some(at + 2),
        _ => None,
    }
}

/// "this weekend", "next weekend", "the weekend", "dinner with mom weekend".
pub fn weekend(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    let (distance, name, is_said) = match modifier(text, at) {
        Some((modifier, end)) => (modifier.distance(), end, true),
        None if text.at(at) == "the" => (0, at + 1, false),
        None => (0, at, false),
    };
    let end = weekend_word(text, name)?;
    let is_day = is_said || lead.is_on() || follows_a_time(text, end);
    is_day.then_some(())?;
    Found::new(Day::Weekday(Weekday::Saturday, Which::InWeek(distance)), end)
}

/// "next week", "this month", "next year": the first day, or the last one of the current period.
pub fn period(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let (modifier, name) = modifier(text, at)?;
    let unit = text.unit(name).filter(|_| text.at(name).len() > 1 && !is_weekend(text, name))?;
    let is_period = matches!(unit, Unit::Week | Unit::Month | Unit::Quarter | Unit::Year);
    // "past week" and "last month" are spans; as a day only the coming ones make sense.
    (is_period && modifier != Modifier::Last && !text.at(name).ends_with("'s")).then_some(())?;
    let place = if modifier == Modifier::This { Place::Last } else { Place::First };
    Found::new(Day::Edge { unit, distance: modifier.distance(), place }, name + 1)
}
