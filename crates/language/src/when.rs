//! Points in time: a day, a time of day, a part of the day or an amount from now, joined as people join them.

use std::ops::Range;

use crate::clock::{Clock, Lead, clock, clock_after_date, follows_a_time};
use crate::day::{Day, DayLead, Which, day};
use crate::number::{Amount, amount, cardinal, digits};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::{Part, Unit, is_tonight};

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

/// Words between and before the pieces of a point in time.
#[derive(Clone, Copy)]
struct Leads {
    clock: Lead,
    day: DayLead,
    is_in: bool,
    is_in_the: bool,
    /// True after a dash or colon that is glued to the piece before.
    is_glued: bool,
    is_plus: bool,
    bound: Option<Bound>,
    shade: Shade,
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
    let mut found = When::default();
    let mut end = at;
    loop {
        let is_first = end == at;
        let (leads, start) = leads(text, end, is_first);
        let Some((pieces, after)) = piece(text, start, &leads, &found) else { break };
        let Some(joined) = pieces.into_iter().try_fold(found.clone(), join) else { break };
        found = joined;
        found.bound = found.bound.or(leads.bound.filter(|_| is_first));
        end = close_bracket(text, at, start, after);
    }
    let is_empty =
        found.day.is_none() && found.clock.is_none() && found.part.is_none() && found.offset.is_none();
    (!is_empty).then_some(Found { value: found, tokens: at..end })
}

/// Includes the bracket that closes one of the connecting words.
fn close_bracket(text: &Text, begin: usize, start: usize, end: usize) -> usize {
    let opens = start > begin && text.at(start - 1) == "(";
    if opens && text.at(end) == ")" { end + 1 } else { end }
}

/// Reads the words before a piece.
fn leads(text: &Text, at: usize, is_first: bool) -> (Leads, usize) {
    let mut leads = Leads {
        clock: Lead::None,
        day: DayLead::None,
        is_in: false,
        is_in_the: false,
        is_glued: false,
        is_plus: false,
        bound: None,
        shade: Shade::Plain,
    };
    let mut next = at;
    if is_first {
        next = text
            .any_phrase(
                next,
                &[
                    "due date :",
                    "due date",
                    "due on :",
                    "due on",
                    "due by",
                    "due at",
                    "due in",
                    "due :",
                    "due -",
                    "due",
                ],
            )
            .map_or(next, |end| {
                leads.day = DayLead::On;
                // "due in" and "due by" are read once more, as "in" and "by".
                if text.is(end - 1, &["in", "by", "at"]) { end - 1 } else { end }
            });
    }
    for _ in 0..4 {
        let word = text.at(next);
        match word {
            "at" | "@" | "around" | "about" | "approximately" | "approx" | "circa" | "ca" | "roughly"
            | "~" => {
                leads.clock = Lead::At;
                if !matches!(word, "at" | "@") {
                    leads.day = DayLead::On;
                }
            }
            "on" | "for" | "sometime" | "anytime" => leads.day = DayLead::On,
            "by" | "before" | "until" | "till" | "til" | "after" | "from" | "since" | "starting"
                if is_first =>
            {
                leads.day = DayLead::On;
                leads.bound = Some(match word {
                    "by" => Bound::By,
                    "before" => Bound::Before,
                    "after" | "since" => Bound::After,
                    "from" | "starting" => Bound::From,
                    _ => Bound::Until,
                });
                leads.clock =
                    if matches!(word, "from" | "since" | "starting") { Lead::None } else { Lead::At };
            }
            "no" | "not" if is_first && text.phrase(next + 1, "later than").is_some() => {
                leads.day = DayLead::On;
                leads.clock = Lead::At;
                leads.bound = Some(Bound::By);
                next += 2;
            }
            "by" | "from" | "of" | "to" if !is_first && text.at(next + 1) != "" && word != "to" => {
                leads.day = DayLead::On
            }
            "in" | "within" | "during" => {
                leads.is_in = word != "during";
                if text.at(next + 1) == "the" {
                    leads.is_in_the = true;
                    next += 1;
                } else if text.is(next + 1, &["around", "about", "approximately"]) {
                    next += 1;
                }
            }
            "later" if is_first && text.is(next + 1, &["today", "tonight", "this", "on", "in", "tonite"]) => {
            }
            "early" => leads.shade = Shade::Early,
            "late" => leads.shade = Shade::Late,
            "," | "(" | "∙" | "·" | "•" | "|" if !is_first => {}
            "-" | "–" if !is_first => leads.is_glued = text.is_glued(next) && text.is_glued(next + 1),
            ":" | "t" if !is_first && text.is_glued(next) && text.is_glued(next + 1) => leads.is_glued = true,
            "+" if text.is_glued(next + 1) => leads.is_plus = true,
            _ => break,
        }
        next += 1;
    }
    (leads, next)
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
    let found = day(text, at, leads.day)?;
    let is_period = matches!(found.day, Day::Edge { .. });
    if leads.is_in && !leads.is_in_the && !is_period {
        return None;
    }
    let part = found.part.map(|part| Piece::Part(part, Shade::Plain));
    Some((std::iter::once(Piece::Day(found.day)).chain(part).collect(), found.end))
}

/// "in 90 minutes", "2 weeks ago", "3 days after tomorrow", "+15m", "three fridays from now".
fn offset(text: &Text, at: usize, leads: &Leads, found: &When) -> Option<(Vec<Piece>, usize)> {
    if let Some((count, end)) = nth_weekday_from_now(text, at, leads.is_in) {
        return Some((vec![Piece::Day(count)], end));
    }
    // "next hour", "the next hour"
    if let Some(end) =
        text.any_phrase(at, &["next hour", "the next hour"]).filter(|end| follows_a_time(text, *end))
    {
        return Some((vec![Piece::Offset(Amount::of(1, Unit::Hour))], end));
    }
    let is_minus = text.at(at) == "-" && text.is_glued(at + 1) && !text.is_glued(at) && found.day.is_none();
    let begin = if is_minus { at + 1 } else { at };
    if !(text.begins(begin) || leads.is_plus || is_minus) {
        return None;
    }
    let Some((amount, end)) = amount(text, begin) else {
        // "in 15": minutes.
        let (minutes, end) = digits(text, begin)
            .filter(|(minutes, _)| leads.is_in && !leads.is_in_the && (1..=90).contains(minutes))?;
        let is_last = end >= text.len() || (text.is_sign(end) && text.ends(end) && !text.is_glued(end + 1));
        return is_last.then(|| (vec![Piece::Offset(Amount::of(minutes as i32, Unit::Minute))], end));
    };
    if !text.ends(end) {
        return None;
    }
    if leads.is_plus || is_minus {
        let amount = if is_minus { amount.back() } else { amount };
        let piece = if found.day.is_some() { Piece::More(amount) } else { Piece::Offset(amount) };
        return Some((vec![piece], end));
    }
    if let Some(found) = counted_from_a_day(text, amount, end) {
        return Some(found);
    }
    static LATER: Phrases = Phrases::new(
        "from now, from right now, from today, from this moment, later, hence, ahead, later from now",
    );
    const AGO: &[&str] = &["ago", "back", "earlier", "before now", "before today", "in the past"];
    if let Some(end) = LATER.end(text, end) {
        return Some((vec![Piece::Offset(amount)], end));
    }
    if let Some(end) = text.any_phrase(end, AGO).filter(|end| follows_past(text, *end)) {
        return Some((vec![Piece::Offset(amount.back())], end));
    }
    // "in 3 days", "within an hour", "after ten minutes"; "in the next 3 days" is a span.
    let is_from_now = (leads.is_in && !leads.is_in_the) || leads.bound == Some(Bound::After);
    let is_compared = text.is(end, &["before", "after", "prior", "past"]);
    (is_from_now && !is_compared)
        .then(|| (vec![Piece::Offset(amount)], text.any_phrase(end, &["time"]).unwrap_or(end)))
}

/// "back" is a date only where nothing follows that it could belong to: "5 minutes back", not "2 years back pay".
fn follows_past(text: &Text, at: usize) -> bool {
    !text.is(at.wrapping_sub(1), &["back", "earlier"]) || follows_a_time(text, at)
}

/// "two days after tomorrow", "a week from friday", "3 days from today", "2 weeks from january 15".
fn counted_from_a_day(text: &Text, amount: Amount, at: usize) -> Option<(Vec<Piece>, usize)> {
    if !amount.is_of_days() {
        return None;
    }
    let (amount, begin) = match text.at(at) {
        "after" | "from" | "on" | "following" => (amount, at + 1),
        "before" => (amount.back(), at + 1),
        "prior" if text.at(at + 1) == "to" => (amount.back(), at + 2),
        _ => return None,
    };
    let base = day(text, begin, DayLead::On)?;
    // "a week on friday" is the week after; "3 days on friday" is not a date.
    if text.at(at) == "on" && !(amount.days % 7 == 0 && matches!(base.day, Day::Weekday(..))) {
        return None;
    }
    Some((vec![Piece::Day(Day::After(amount, Box::new(base.day)))], base.end))
}

/// "three fridays from now", "2 thursdays ago", "in two mondays".
fn nth_weekday_from_now(text: &Text, at: usize, is_in: bool) -> Option<(Day, usize)> {
    let (count, name) = cardinal(text, at).filter(|(count, _)| (1..100).contains(count))?;
    let weekday = text.weekday(name)?.weekday;
    let later = text
        .any_phrase(name + 1, &["from now", "later", "hence", "from today"])
        .map(|end| (count as i32, end));
    let plain = (is_in && follows_a_time(text, name + 1)).then_some((count as i32, name + 1));
    let found = later
        .or(plain)
        .or_else(|| text.any_phrase(name + 1, &["ago", "back"]).map(|end| (-(count as i32), end)));
    found.map(|(nth, end)| (Day::Weekday(weekday, Which::Nth(nth)), end))
}

/// "tonight", "this morning", "in the evening", "at night", "morning" beside a day or a time.
fn part(text: &Text, at: usize, leads: &Leads, found: &When) -> Option<(Vec<Piece>, usize)> {
    let today = |part, shade, end| Some((vec![Piece::Day(Day::FromToday(0)), Piece::Part(part, shade)], end));
    if !text.begins(at) {
        return None;
    }
    if is_tonight(text.at(at)) && text.phrase(at, "tonight show").is_none() {
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
    let is_at_night = part == Part::Night && leads.clock == Lead::At;
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

fn shade(text: &Text, at: usize) -> (Shade, usize) {
    match text.at(at) {
        "early" => (Shade::Early, at + 1),
        "late" => (Shade::Late, at + 1),
        _ => (Shade::Plain, at),
    }
}

fn strongest(one: Shade, other: Shade) -> Shade {
    if one == Shade::Plain { other } else { one }
}

/// "9 tomorrow", "8 tonight", "ten in the morning": a bare number is an hour because of what follows.
fn hour_before_part(text: &Text, at: usize) -> Option<(Vec<Piece>, usize)> {
    const COUNTING: &[&str] = &[
        "buy", "get", "order", "need", "bring", "take", "the", "a", "this", "that", "number", "no", "#",
        "room", "building", "chapter", "level", "step", "part", "page", "day", "week", "phase", "version",
        "do", "send", "make", "eat", "pick", "least", "about", "only", "all", "last", "next", "and", "+",
        "-", "$",
    ];
    let (hour, end) = cardinal(text, at).filter(|(hour, _)| (1..=12).contains(hour) && text.begins(at))?;
    if text.is(at.wrapping_sub(1), COUNTING) {
        return None;
    }
    let is_part = text.any_phrase(end, &["in the", "in", "this"]).is_some_and(|next| {
        let (_, name) = shade(text, next);
        text.part(name).is_some()
    });
    let is_tomorrow =
        text.relative_day(end) == Some(1) && text.at(at) != "one" && !text.at(end).ends_with('s');
    if !(is_part || is_tonight(text.at(end)) || is_tomorrow) {
        return None;
    }
    let clock = Clock { hour, minute: 0, second: 0, half: crate::clock::Half::Open, is_hour_alone: true };
    Some((vec![Piece::Clock(clock)], end))
}

/// Adds a piece, unless the point in time has one of its kind already.
fn join(mut found: When, piece: Piece) -> Option<When> {
    match piece {
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
