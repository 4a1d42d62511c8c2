//! Periods, as questions name them: "this week", "last month", "between the 3rd and the 9th",
//! "before friday".

mod bounds;

use crate::clock::{Lead, clock, follows_a_time, range};
use crate::day::{Day, Place};
use crate::number::{Amount, amount, year};
use crate::phrases::Phrases;
use crate::recurrence::date_or_month;
use crate::resolve::Point;
use crate::text::Text;
use crate::when::{Bound, Found, When, when};
use crate::words::Unit;

pub use bounds::bounds;

/// Period, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Period {
    /// Day, time or part of a day.
    Within(When),
    /// Week, month, quarter or year around now.
    Of {
        unit: Unit,
        distance: i32,
    },
    /// From now to the end of the week, month or year.
    RestOf(Unit),
    /// Amount of time from now, or until now.
    From {
        amount: Amount,
        is_past: bool,
    },
    /// Named month.
    Month {
        month: i8,
        year: Option<i16>,
    },
    Year(i16),
    Weekend(i32),
    Before(When),
    After(When),
    Between(When, When),
}

/// Bounds of a period. Both are inclusive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    pub after: Option<Point>,
    pub before: Option<Point>,
    /// Other readings, if it has to be asked.
    pub options: Vec<(Option<Point>, Option<Point>)>,
    pub question: Option<String>,
    pub notes: Vec<String>,
}

/// Returns the period that begins at a token.
pub fn period(text: &Text, at: usize) -> Option<Found<Period>> {
    if !text.begins_date(at) || !text.begins(at) {
        return None;
    }
    let rules = [single, bounded, month_or_year, counted, rest, around_now, between];
    let found = rules.iter().filter_map(|rule| rule(text, at)).filter(|(_, end)| text.ends(*end));
    found.max_by_key(|(_, end)| *end).map(|(value, end)| Found { value, tokens: at..end })
}

/// Returns the beginning of a range of times: "from 3 to 5 pm", "3-5pm", "between 9 and 10 tomorrow".
pub fn range_start(text: &Text, at: usize) -> Option<Found<When>> {
    if !text.begins_date(at) || !text.begins(at) {
        return None;
    }
    match between(text, at).filter(|(_, end)| text.ends(*end))? {
        (Period::Between(from, to), end) => {
            let day = from.day.or(to.day);
            let part = from.part.or(to.part);
            Some(Found { value: When { day, part, ..from }, tokens: at..end })
        }
        _ => None,
    }
}

/// Skips the words before a period that say nothing about it.
fn lead(text: &Text, at: usize) -> usize {
    static LEADS: Phrases = Phrases::new(
        "over the, during the, for the, in the, within the, in, for, during, on, over, of, from, \
         due, the, at",
    );
    LEADS.end(text, at).unwrap_or(at)
}

/// "between the 3rd and the 9th", "from monday to friday", "from four to six", "mon-fri".
fn between(text: &Text, at: usize) -> Option<(Period, usize)> {
    let is_said = text.is(at, &["between", "from"]);
    let begin = if is_said { at + 1 } else { text.any_phrase(at, &["at", "@"]).unwrap_or(at) };
    if let Some((from, to, end)) = range(text, begin) {
        let point = |clock| When { clock: Some(clock), ..When::default() };
        return Some(with_day_after(text, end, point(from), point(to)));
    }
    let hours = |at: usize| {
        clock(text, at, Lead::At).map(|(clock, end)| (When { clock: Some(clock), ..When::default() }, end))
    };
    let bare = |at: usize| {
        crate::number::cardinal(text, at).filter(|(hour, _)| (1..=24).contains(hour) && is_said).map(
            |(hour, end)| {
                let clock = crate::clock::Clock {
                    hour: hour % 24,
                    minute: 0,
                    second: 0,
                    half: crate::clock::Half::Open,
                    is_hour_alone: true,
                };
                (When { clock: Some(clock), ..When::default() }, end)
            },
        )
    };
    let point = |at: usize| {
        when(text, at)
            .filter(|found| found.value.bound.is_none())
            .map(|found| (found.value, found.tokens.end))
    };
    let (from, middle) =
        point(begin).or_else(|| if is_said { hours(begin).or_else(|| bare(begin)) } else { None })?;
    let joints: &[&str] = if text.at(at) == "between" {
        &["and", "-", "to"]
    } else {
        &["to", "until", "till", "through", "thru", "-", "til"]
    };
    let next = text.any_phrase(middle, joints)?;
    let (to, end) = point(next)
        .or_else(|| hours(next))
        .or_else(|| bare(next).filter(|(_, end)| follows_a_time(text, *end)))?;
    let from = with_half_of(from, &to);
    Some((Period::Between(from, to), end))
}

/// "3-5pm tomorrow": the day may follow.
fn with_day_after(text: &Text, at: usize, from: When, to: When) -> (Period, usize) {
    let day = when(text, at).filter(|found| {
        found.value.clock.is_none() && found.value.offset.is_none() && found.value.bound.is_none()
    });
    match day {
        Some(found) => {
            let join = |time: When| When { day: found.value.day.clone(), part: found.value.part, ..time };
            (Period::Between(join(from), join(to)), found.tokens.end)
        }
        None => (Period::Between(from, to), at),
    }
}

/// "between 3 and 5pm": both are in the afternoon; "from four to six in the evening":
/// both are in the evening.
fn with_half_of(from: When, to: &When) -> When {
    use crate::clock::Half;
    let mut from = from;
    if let (Some(clock), Some(other)) = (&mut from.clock, to.clock)
        && clock.half == Half::Open
        && matches!(other.half, Half::Am | Half::Pm)
        && clock.hour % 12 <= other.hour % 12
    {
        clock.half = other.half;
    }
    if from.part.is_none() && from.clock.is_some() && from.day.is_none() {
        from.part = to.part;
    }
    from
}

/// "this week", "last month", "the month", "next quarter", "this weekend".
fn around_now(text: &Text, at: usize) -> Option<(Period, usize)> {
    let begin = lead(text, at);
    let (distance, name) = match text.at(begin) {
        "this" | "current" | "the" => {
            (0, if text.is(begin + 1, &["current", "coming", "upcoming"]) { begin + 2 } else { begin + 1 })
        }
        "next" | "coming" | "upcoming" | "following" => (1, begin + 1),
        "last" | "past" | "previous" => (-1, begin + 1),
        _ if begin > at && text.is_after(begin, &["the"]) => (0, begin),
        _ => return None,
    };
    if let Some(end) = weekend(text, name) {
        return Some((Period::Weekend(distance), end));
    }
    let name_is_plain = text.at(name).len() > 1 && !text.at(name).ends_with('s');
    match text.unit(name).filter(|_| name_is_plain)? {
        unit @ (Unit::Week | Unit::Month | Unit::Quarter | Unit::Year) => {
            Some((Period::Of { unit, distance }, name + 1))
        }
        Unit::Day if distance == 0 && text.is(begin, &["day", "the"]) => {
            Some((Period::Within(When { day: Some(Day::FromToday(0)), ..When::default() }), name + 1))
        }
        _ => None,
    }
}

fn weekend(text: &Text, at: usize) -> Option<usize> {
    match text.at(at) {
        "weekend" | "wkend" | "wknd" => Some(at + 1),
        "week" if text.at(at + 1) == "-" && text.at(at + 2) == "end" => Some(at + 3),
        _ => None,
    }
}

/// "the rest of the week", "the remainder of today".
fn rest(text: &Text, at: usize) -> Option<(Period, usize)> {
    let begin = text.any_phrase(at, &["for the", "in the", "during the", "the"]).unwrap_or(at);
    let next = text.any_phrase(
        begin,
        &["rest of the", "remainder of the", "rest of this", "remainder of this", "rest of"],
    )?;
    if text.relative_day(next) == Some(0) {
        return Some((Period::RestOf(Unit::Day), next + 1));
    }
    text.unit(next).map(|unit| (Period::RestOf(unit), next + 1))
}

/// "the next 3 days", "in the last ten minutes", "within two weeks", "past month".
fn counted(text: &Text, at: usize) -> Option<(Period, usize)> {
    static LEADS: Phrases = Phrases::new(
        "in the, within the, for the, over the, during the, the, in, within, for, over, due in the, due within the, \
         due within, during",
    );
    let begin = LEADS.end(text, at).unwrap_or(at);
    let is_within = begin > at && text.is_after(begin, &["within"]);
    let is_past = text.is(begin, &["last", "past", "previous"]);
    let is_next = text.is(begin, &["next", "coming", "upcoming", "following"]);
    if !(is_past || is_next || is_within) {
        return None;
    }
    let next = if is_past || is_next { begin + 1 } else { begin };
    let (amount, end) = amount(text, next)?;
    // "next second monday" is no amount.
    Some((Period::From { amount, is_past }, end))
}

/// "in march", "march 2027", "in 2026".
fn month_or_year(text: &Text, at: usize) -> Option<(Period, usize)> {
    let begin =
        text.any_phrase(at, &["in the month of", "in", "for", "during", "of", "this", "next"]).unwrap_or(at);
    if let Some(month) = text.month(begin) {
        // A month alone is one only where a preposition says so, or its name has no other meaning.
        let is_clear =
            begin > at || !matches!(text.at(begin), "may" | "march" | "mar" | "dec" | "august" | "jan");
        let followed = year(text, begin + 1);
        let is_period = (is_clear || followed.is_some()) && !text.is_number(begin + 1) || followed.is_some();
        let (year, end) = followed.map_or((None, begin + 1), |(year, end)| (Some(year), end));
        return is_period.then_some((Period::Month { month, year }, end));
    }
    (begin > at && text.is_number(begin))
        .then(|| year(text, begin))
        .flatten()
        .map(|(year, end)| (Period::Year(year), end))
}

/// "before friday", "by tomorrow", "after 5pm", "since monday", "until june".
fn bounded(text: &Text, at: usize) -> Option<(Period, usize)> {
    let begin = text.any_phrase(at, &["due"]).unwrap_or(at);
    let lead = text.at(begin);
    let (is_after, is_open) = match lead {
        "before" | "by" | "until" | "till" => (false, lead == "before"),
        "after" => (true, true),
        "since" | "from" => (true, false),
        _ => return None,
    };
    let (mut point, end) = match date_or_month(text, begin) {
        Some(found) => found,
        None => date_or_month(text, begin + 1)?,
    };
    // "after june" begins in July.
    if let (Some(Day::EdgeOfMonth { place, .. }), "after") = (&mut point.day, lead) {
        *place = Place::Last;
    }
    if matches!(lead, "from") {
        let onwards = text.any_phrase(end, &["on", "onwards", "onward", "forward"])?;
        return Some((Period::After(When { bound: Some(Bound::From), ..point }), onwards));
    }
    point.bound = Some(match (is_after, is_open) {
        (false, true) => Bound::Before,
        (false, false) => Bound::By,
        (true, true) => Bound::After,
        (true, false) => Bound::From,
    });
    Some((if is_after { Period::After(point) } else { Period::Before(point) }, end))
}

fn single(text: &Text, at: usize) -> Option<(Period, usize)> {
    // "what happened the day before?"
    let begin = text.any_phrase(at, &["for", "on"]).unwrap_or(at);
    for (phrase, days) in [("the day before", -1), ("the day after", 1)] {
        if let Some(end) = text.phrase(begin, phrase).filter(|end| *end >= text.len() || text.is_sign(*end)) {
            return Some((Period::Within(When { day: Some(Day::FromToday(days)), ..When::default() }), end));
        }
    }
    let found = when(text, at).filter(|found| found.value.bound.is_none())?;
    Some((Period::Within(found.value), found.tokens.end))
}
