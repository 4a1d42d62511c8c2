//! Parts of the day: "tonight", "in the morning", "8 tonight".

use super::leads::Leads;
use super::{Piece, Shade, When};
use crate::clock::{Clock, Lead, clock};
use crate::day::{Day, DayLead, day};
use crate::number::cardinal;
use crate::text::Text;
use crate::words::Part;

/// "tonight", "this morning", "in the evening", "at night", "morning" beside a day or a time.
pub fn part(text: &Text, at: usize, leads: &Leads, found: &When) -> Option<(Vec<Piece>, usize)> {
    let today = |part, shade, end| Some((vec![Piece::Day(Day::FromToday(0)), Piece::Part(part, shade)], end));
    if !text.begins(at) {
        return None;
    }
    if text.is_tonight(at) && text.phrase(at, "tonight show").is_none() {
        return today(Part::Night, leads.shade, at + 1);
    }
    if text.at(at) == "2" && text.is_glued(at + 1) && text.is(at + 1, &["nite", "night"]) {
        return today(Part::Night, leads.shade, at + 2);
    }
    if text.phrase(at, "first thing").is_some() {
        let end = text.any_phrase(at + 2, &["in the morning"]).unwrap_or(at + 2);
        let is_beside = found.day.is_some()
            || end > at + 2
            || text.relative_day(end).is_some()
            || text.weekday(end).is_some();
        return is_beside.then(|| (vec![Piece::Part(Part::Morning, Shade::Plain)], end));
    }
    if text.is(at, &["this", "last"]) {
        let (shade, name) = shade(text, at + 1);
        if let Some(part) = text.part(name).filter(|_| text.ends(name + 1)) {
            return match text.at(at) {
                "this" => today(part, strongest(leads.shade, shade), name + 1),
                _ if part == Part::Night || part == Part::Evening => Some((
                    vec![Piece::Day(Day::FromToday(-1)), Piece::Part(part, strongest(leads.shade, shade))],
                    name + 1,
                )),
                _ => None,
            };
        }
    }
    let (shade, begin) = shade(text, at);
    let (is_in_the, begin) = match text.any_phrase(begin, &["in the", "during the", "in"]) {
        Some(end) => (true, end),
        None => (
            leads.is_in_the || leads.is_in,
            if text.at(begin) == "the" && leads.bound.is_some() { begin + 1 } else { begin },
        ),
    };
    let (inner, name) = self::shade(text, begin);
    let part = text.part(name).filter(|_| text.ends(name + 1) && !text.at(name).ends_with("ings"))?;
    let shade = strongest(strongest(leads.shade, shade), inner);
    let is_at_night = part == Part::Night && matches!(leads.clock, Lead::At | Lead::Sure);
    let is_beside = found.day.is_some() || found.clock.is_some() || found.offset.is_some();
    // "morning of the 15th", "early morning @ 3"
    let is_before_date = text.at(name + 1) == "of"
        && day(text, name + 2, DayLead::On).is_some_and(|found| !matches!(found.day, Day::Edge { .. }));
    let is_before_time =
        shade != Shade::Plain && text.is(name + 1, &["at", "@"]) && clock(text, name + 2, Lead::At).is_some();
    let is_part =
        is_in_the || is_at_night || is_beside || leads.bound.is_some() || is_before_date || is_before_time;
    is_part.then(|| (vec![Piece::Part(part, shade)], name + 1))
}

pub fn shade(text: &Text, at: usize) -> (Shade, usize) {
    match text.at(at) {
        "early" => (Shade::Early, at + 1),
        "late" => (Shade::Late, at + 1),
        _ => (Shade::Plain, at),
    }
}

pub fn strongest(one: Shade, other: Shade) -> Shade {
    if one == Shade::Plain { other } else { one }
}

/// "9 tomorrow", "8 tonight", "ten in the morning": a bare number is an hour because of what follows.
pub fn hour_before_part(text: &Text, at: usize) -> Option<(Vec<Piece>, usize)> {
    const COUNTING: &[&str] = &[
        "buy", "get", "order", "need", "bring", "take", "the", "a", "this", "that", "number", "no", "#",
        "room", "building", "chapter", "level", "step", "part", "page", "day", "week", "phase", "version",
        "do", "send", "make", "eat", "pick", "least", "about", "only", "all", "last", "next", "and", "+",
        "-", "$",
    ];
    let (hour, end) = cardinal(text, at).filter(|(hour, _)| (1..=12).contains(hour) && text.begins(at))?;
    if text.is_after(at, COUNTING) {
        return None;
    }
    let is_part = text.any_phrase(end, &["in the", "in", "this"]).is_some_and(|next| {
        let (_, name) = shade(text, next);
        text.part(name).is_some()
    });
    let is_tomorrow =
        text.relative_day(end) == Some(1) && text.at(at) != "one" && !text.at(end).ends_with('s');
    if !(is_part || text.is_tonight(end) || is_tomorrow) {
        return None;
    }
    let clock = Clock { hour, minute: 0, second: 0, half: crate::clock::Half::Open, is_hour_alone: true };
    Some((vec![Piece::Clock(clock)], end))
}
