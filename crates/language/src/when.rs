//! Points in time: a day, a time of day, a part of the day or an amount from now, joined as people join them.

mod leads;
mod offset;
mod part;

use std::ops::Range;

use crate::clock::{Clock, Lead, clock, clock_after_date};
use crate::day::{Day, day};
use crate::number::Amount;
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::{Part, Unit};

use leads::{Leads, leads};
use offset::offset;
use part::{hour_before_part, part, strongest};

/// Point in time, as it was said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    pub day: Option<Day>,
    pub clock: Option<Clock>,
    pub part: Option<(Part, Shade)>,
    /// Time from now.
    pub offset: Option<Amount>,
    /// Word before it that makes it a bound.
    pub bound: Option<Bound>,
    /// True if the words name a time zone.
    pub names_zone: bool,
}

/// "early" and "late" before a part of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shade {
    Early,
    #[default]
    Plain,
    Late,
}

/// Word before a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    By,
    Before,
    After,
    Until,
    From,
}

/// Phrase with the tokens that it consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    pub value: T,
    pub tokens: Range<usize>,
}

enum Piece {
    Day(Day),
    Clock(Clock),
    Part(Part, Shade),
    Offset(Amount),
    /// "+10 days" after a day.
    More(Amount),
}

/// Returns the point in time that begins at a token, with the words before it that belong to it.
pub fn when(text: &Text, at: usize) -> Option<Found<When>> {
    if text.begins_date(at) { text.when(at, || scan(text, at)) } else { None }
}

fn scan(text: &Text, at: usize) -> Option<Found<When>> {
    let mut found = When::default();
    let mut end = at;
    let mut shade = Shade::Plain;
    loop {
        let is_first = end == at;
        let (mut leads, start) = leads(text, end, is_first);
        let is_at_start =
            at == 0 && start > 0 && text.is_after(start, &["at", "@", "on"]) && text.at(start) != "one";
        leads.stand_beside(&found, is_at_start);
        let Some((pieces, after)) = piece(text, start, &leads, &found) else { break };
        let Some(joined) = pieces.into_iter().try_fold(found.clone(), join) else { break };
        found = joined;
        shade = strongest(shade, leads.shade);
        found.bound = found.bound.or(leads.bound.filter(|_| is_first));
        end = close_bracket(text, at, start, after);
    }
    // "late tomorrow afternoon"
    if let Some((part, Shade::Plain)) = found.part {
        found.part = Some((part, shade));
    }
    if found.clock.is_some() && is_zone(text, end) {
        found.names_zone = true;
        end += 1;
    }
    let is_empty =
        found.day.is_none() && found.clock.is_none() && found.part.is_none() && found.offset.is_none();
    (!is_empty).then_some(Found { value: found, tokens: at..end })
}

/// True for the abbreviation of a time zone.
fn is_zone(text: &Text, at: usize) -> bool {
    static ZONES: Phrases = Phrases::new(
        "utc, gmt, est, edt, cst, cdt, mst, mdt, pst, pdt, cet, cest, bst, jst, aest, aedt, sgt, hkt, msk, eet, eest",
    );
    ZONES.has(text.at(at)) && text.ends(at + 1)
}

/// Includes the bracket that closes one of the connecting words.
fn close_bracket(text: &Text, begin: usize, start: usize, end: usize) -> usize {
    let opens = start > begin && text.before(start) == "(";
    if opens && text.at(end) == ")" { end + 1 } else { end }
}

/// Reads the longest piece at a token.
fn piece(text: &Text, at: usize, leads: &Leads, found: &When) -> Option<(Vec<Piece>, usize)> {
    if text.is_opaque(at) || at >= text.len() {
        return None;
    }
    if leads.is_glued {
        // "05/31/2024-14:15"
        let has_year =
            matches!(found.day, Some(Day::Digits { year: Some(_), .. } | Day::Date { year: Some(_), .. }));
        let glued = clock_after_date(text, at)
            .filter(|_| has_year)
            .map(|(clock, end)| (vec![Piece::Clock(clock)], end));
        if glued.is_some() {
            return glued;
        }
    }
    let candidates = [
        offset(text, at, leads, found),
        part(text, at, leads, found),
        hour_before_part(text, at),
        a_day(text, at, leads),
        clock(text, at, leads.clock).map(|(clock, end)| (vec![Piece::Clock(clock)], end)),
    ];
    // The first of several that are equally long.
    candidates.into_iter().flatten().reduce(|best, next| if next.1 > best.1 { next } else { best })
}

fn a_day(text: &Text, at: usize, leads: &Leads) -> Option<(Vec<Piece>, usize)> {
    // "at 5 march 20": the number is an hour.
    if leads.clock != Lead::None
        && leads.clock != Lead::Beside
        && text.is_number(at)
        && text.month(at + 1).is_some()
    {
        return None;
    }
    let found = day(text, at, leads.day)?;
    let is_period = matches!(found.day, Day::Edge { .. });
    if leads.is_in && !leads.is_in_the && !is_period {
        return None;
    }
    let part = found.part.map(|part| Piece::Part(part, Shade::Plain));
    Some((std::iter::once(Piece::Day(found.day)).chain(part).collect(), found.end))
}

/// Adds a piece, unless the point in time has one of its kind already.
fn join(mut found: When, piece: Piece) -> Option<When> {
    match piece {
        // "end of day friday"
        Piece::Day(day) if matches!(found.day, Some(Day::Edge { unit: Unit::Day, .. })) => {
            found.day = Some(day)
        }
        Piece::Day(Day::Edge { unit: Unit::Day, .. }) if found.day.is_some() => {}
        Piece::Day(day) => {
            // "today in one hour", "at 9 this morning tomorrow" cannot be.
            if found.day.is_some() || found.offset.is_some_and(Amount::is_of_days) {
                return None;
            }
            if found.offset.is_none() || day != Day::FromToday(0) {
                found.day = Some(day);
            }
        }
        Piece::Clock(clock) => {
            if found.clock.is_some() || found.offset.is_some_and(|offset| !offset.is_of_days()) {
                return None;
            }
            found.clock = Some(clock);
        }
        Piece::Part(part, shade) => {
            // "8am this morning" says the same twice.
            if found.part.is_some_and(|(known, _)| known != part) {
                return None;
            }
            found.part = Some((part, shade));
        }
        Piece::Offset(amount) => {
            if found.offset.is_some() || (found.clock.is_some() && !amount.is_of_days()) {
                return None;
            }
            match found.day {
                None => found.offset = Some(amount),
                Some(Day::FromToday(0)) => (found.day, found.offset) = (None, Some(amount)),
                Some(_) => return None,
            }
        }
        Piece::More(amount) => {
            let base = found.day.take().filter(|_| amount.is_of_days())?;
            found.day = Some(Day::After(amount, Box::new(base)));
        }
    }
    Some(found)
}
