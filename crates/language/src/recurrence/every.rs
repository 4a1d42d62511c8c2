//! Rules that begin with "every".

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::Weekday;

use super::Recurrence;
use crate::clock::follows_a_time;
use crate::day::{DayLead, day};
use crate::number::{amount, cardinal, ordinal, unit};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::Unit;

/// "every 3 days", "each monday and friday", "every other week", "every! month", "every 15th".
pub fn every(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    static EVERY: Phrases =
        Phrases::new("once every, once each, every single, each single, every, each, evry, ev, evey, evrey");
    let lead = EVERY.end(text, at)?;
    let is_from_completion = text.at(lead) == "!" && text.is_glued(lead);
    let body = if is_from_completion { lead + 1 } else { lead };
    let (mut rule, end) = every_body(text, body)?;
    if is_from_completion {
        rule.anchor = Anchor::Completion;
    }
    Some((rule, end))
}

fn every_body(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    if text.is(at, &["other", "alternate", "alternating", "2nd", "second"])
        || ordinal(text, at).is_some_and(|(n, _)| n == 2)
    {
        let is_other = text.is(at, &["other", "alternate", "alternating"]);
        let next = if is_other { at + 1 } else { ordinal(text, at)?.1 };
        if let Some((unit, end)) = unit(text, next) {
            return Some((Recurrence::every(2, unit), end));
        }
        if let Some((weekdays, end)) = weekday_list(text, next) {
            // "every second friday" is that of a month, "every other friday" is every two weeks.
            let rule = Recurrence::on_weekdays(weekdays, 2);
            return Some((Recurrence { is_unsupported: !is_other, ..rule }, end));
        }
    }
    if let Some(found) = every_nth(text, at) {
        return Some(found);
    }
    if text.at(at) == "last" {
        return last_day(text, at);
    }
    // "every 1st and 15th", "every 3 days", "every 2 fridays"
    if let Some((count, next)) = cardinal(text, at) {
        if let Some((unit, end)) = unit(text, next) {
            return Some((Recurrence::every(count, unit), end));
        }
        if let Some((weekdays, end)) = weekday_list(text, next).filter(|_| count < 100) {
            return Some((Recurrence::on_weekdays(weekdays, count), end));
        }
        return yearly_date(text, at);
    }
    if let Some(end) = text.any_phrase(at, &["half year", "half a year", "half - year"]) {
        return Some((Recurrence::every(6, Unit::Month), end));
    }
    if text.is(at, &["half"]) {
        return amount(text, at).map(|(_, end)| (Recurrence::unsupported(), end));
    }
    if let Some(end) = weekend_word(text, at) {
        let both = vec![Weekday::Saturday, Weekday::Sunday];
        return Some((Recurrence { is_weekend: true, ..Recurrence::on_weekdays(both, 1) }, end));
    }
    if let Some((weekdays, end)) = weekday_list(text, at) {
        let part = text.part(end).map(|part| (part, end + 1));
        let rule = Recurrence::on_weekdays(weekdays, 1);
        return Some(match part {
            Some((part, end)) => (rule.at_part(part), end),
            None => (rule, end),
        });
    }
    if let Some((unit, end)) = unit(text, at).filter(|_| text.at(at).len() > 1) {
        let part = text.part(end).filter(|_| unit == Unit::BusinessDay);
        let rule = Recurrence::every(1, unit);
        return Some(match part {
            Some(part) => (rule.at_part(part), end + 1),
            None => (rule, end),
        });
    }
    if let Some(part) = text.part(at) {
        return Some((Recurrence::new(Frequency::Daily, 1).at_part(part), at + 1));
    }
    yearly_date(text, at)
}

/// "every third day", "every 15th", "every third friday", "every 3rd of the month".
fn every_nth(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let (nth, next) = ordinal(text, at)?;
    if text.is(next, &["day"])
        && let Some(end) = of_the_month(text, next + 1)
    {
        return monthly(nth, end);
    }
    if let Some((unit, end)) = unit(text, next) {
        return Some((Recurrence::every(nth, unit), end));
    }
    if let Some((_, end)) = weekday_list(text, next) {
        let end = of_the_month(text, end).unwrap_or(end);
        return Some((Recurrence::unsupported(), end));
    }
    if text.is(next, &["and", ","]) && ordinal(text, next + 1).is_some() {
        return ordinal(text, next + 1)
            .map(|(_, end)| (Recurrence::unsupported(), of_the_month(text, end).unwrap_or(end)));
    }
    if let Some(found) = yearly_date(text, at) {
        return Some(found);
    }
    let end = of_the_month(text, next).unwrap_or(next);
    (end > next || follows_a_time(text, next) || text.is_number(next)).then(|| monthly(nth, end)).flatten()
}

pub fn monthly(day: u32, end: usize) -> Option<(Recurrence, usize)> {
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    Some((Recurrence::monthly_on(DayOfMonth::Number(day)), end))
}

/// Returns the end of "of the month", "of each month", "in every month".
pub fn of_the_month(text: &Text, at: usize) -> Option<usize> {
    static OF_THE_MONTH: Phrases = Phrases::new(
        "of the month, of each month, of every month, in each month, in every month, of month, \
         every month, each month",
    );
    OF_THE_MONTH.end(text, at)
}

/// "last day of the month"; "last friday of the month" is no rule of TaskFlow.
fn last_day(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    if text.phrase(at, "last day").is_some() {
        return of_the_month(text, at + 2).map(|end| (Recurrence::monthly_on(DayOfMonth::Last), end));
    }
    text.weekday(at + 1).map(|_| (Recurrence::unsupported(), of_the_month(text, at + 2).unwrap_or(at + 2)))
}

/// "every march 3rd", "every 4th of july".
fn yearly_date(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let found = day(text, at, DayLead::None)?;
    match found.day {
        // "every 15/4"
        crate::day::Day::Digits { first, second, year: None, .. } if first > 12 || second > 12 => {
            let (month, day) = (first.min(second) as i8, first.max(second) as i8);
            Some((
                Recurrence { date: Some((month, day)), ..Recurrence::new(Frequency::Yearly, 1) },
                found.end,
            ))
        }
        crate::day::Day::Date { year: None, month, day, weekday: None } => {
            let end = text.any_phrase(found.end, &["every year", "each year"]).unwrap_or(found.end);
            Some((Recurrence { date: Some((month, day)), ..Recurrence::new(Frequency::Yearly, 1) }, end))
        }
        _ => None,
    }
}

pub fn weekend_word(text: &Text, at: usize) -> Option<usize> {
    text.is(at, &["weekend", "weekends", "wkend", "wknd"]).then_some(at + 1)
}

/// Returns "monday", "mon, wed and fri", "tuesday thursday and saturday", "monday to friday". Seven days are all.
pub fn weekday_list(text: &Text, at: usize) -> Option<(Vec<Weekday>, usize)> {
    let first = text.weekday(at)?.weekday;
    let mut days = vec![first];
    let mut end = at + 1;
    while days.len() < 7 {
        let range = text
            .any_phrase(end, &["to", "through", "thru", "-", "until", "till"])
            .and_then(|next| Some((text.weekday(next)?, next + 1)));
        if let Some((last, after)) = range {
            let mut day = *days.last()?;
            while day != last.weekday {
                day = day.next();
                days.push(day);
            }
            end = after;
            continue;
        }
        let mut next = end;
        while text.is(next, &[",", "and", "&", "/", "+", "on", "every"]) && next < end + 3 {
            next += 1;
        }
        match text.weekday(next) {
            Some(word) if !text.is_glued(next) || next > end => {
                days.push(word.weekday);
                end = next + 1;
            }
            _ => break,
        }
    }
    Some((days, end))
}
