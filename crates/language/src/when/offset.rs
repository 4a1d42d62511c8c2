//! Amounts of time from now, or from a day: "in 90 minutes", "a week from friday".

use super::leads::Leads;
use super::{Bound, Piece, When};
use crate::clock::follows_a_time;
use crate::day::{Day, DayLead, Which, day};
use crate::number::{Amount, amount, cardinal, digits};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::Unit;

/// "in 90 minutes", "2 weeks ago", "3 days after tomorrow", "+15m", "three fridays from now".
pub fn offset(text: &Text, at: usize, leads: &Leads, found: &When) -> Option<(Vec<Piece>, usize)> {
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
    (is_from_now && !is_compared).then(|| {
        (vec![Piece::Offset(amount)], text.any_phrase(end, &["time", "' time", "from now"]).unwrap_or(end))
    })
}

/// "back" is a date only where nothing follows that it could belong to: "5 minutes back", not "2 years back
/// pay".
fn follows_past(text: &Text, at: usize) -> bool {
    !text.is_after(at, &["back", "earlier"]) || follows_a_time(text, at)
}

/// "two days after tomorrow", "a week from friday", "3 days from today", "2 weeks from january 15".
fn counted_from_a_day(text: &Text, amount: Amount, at: usize) -> Option<(Vec<Piece>, usize)> {
    if !amount.is_of_days() {
        return None;
    }
    // "a week today", "3 weeks tomorrow"
    if amount.days > 0 && amount.days % 7 == 0 && matches!(text.relative_day(at), Some(0 | 1)) {
        let base = Day::FromToday(text.relative_day(at).unwrap_or_default());
        return Some((vec![Piece::Day(Day::After(amount, Box::new(base)))], at + 1));
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
