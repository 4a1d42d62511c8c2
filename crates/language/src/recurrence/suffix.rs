//! Words after a rule: its day, time, start and end.

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::Weekday;

use super::adverbs::COMPLETION;
use super::every::{of_the_month, weekday_list, weekend_word};
use super::{Ending, Recurrence, WORKDAYS, date_or_month};
use crate::clock::{Lead, clock};
use crate::day::{DayLead, day};
use crate::number::{amount, digits, ordinal};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::when::{Bound, When, when};

/// Reads one more part of the recurrence: a day, a time, a start or an end.
pub fn suffix(text: &Text, at: usize, rule: &mut Recurrence) -> Option<usize> {
    let at = if text.is(at, &[",", "and"]) && is_suffix_word(text, at + 1) { at + 1 } else { at };
    if let Some(end) = COMPLETION.end(text, at) {
        rule.anchor = Anchor::Completion;
        return Some(end);
    }
    if let Some(end) = day_of_rule(text, at, rule) {
        return Some(end);
    }
    if let Some(end) = exception(text, at, rule) {
        return Some(end);
    }
    static STARTS: Phrases = Phrases::new(
        "starting on, starting from, starting in, starting, start on, start in, starts on, starts, start, \
         beginning on, beginning in, beginning, begin, from, as of, commencing",
    );
    if let Some(next) = STARTS.end(text, at).filter(|_| rule.start.is_none())
        && let Some((start, end)) = date_or_month(text, next)
    {
        // "from 9 to 5" is no start.
        if start.day.is_some() || start.offset.is_some() {
            take_time(rule, &start);
            rule.start = Some(start);
            return Some(end);
        }
    }
    static ENDS: Phrases = Phrases::new(
        "until the end of, until, till, til, through, thru, ending on, ending in, ending, ends on, ends, \
         up to, stopping on, stop on, to",
    );
    if let Some(next) = ENDS.end(text, at).filter(|_| rule.end.is_none()) {
        let next = if text.is_after(next, &["of"]) { next - 3 } else { next };
        if let Some((end_at, end)) =
            date_or_month(text, next).filter(|(found, _)| found.day.is_some() || found.offset.is_some())
        {
            rule.end = Some(Ending::On(end_at));
            return Some(end);
        }
    }
    if text.at(at) == "for" && rule.end.is_none() {
        let next = text.any_phrase(at + 1, &["the next", "next"]).unwrap_or(at + 1);
        if let Some((amount, end)) = amount(text, next).filter(|(amount, _)| amount.is_of_days()) {
            rule.end = Some(Ending::After(amount));
            return Some(end);
        }
        if let Some((_, end)) =
            digits(text, next).filter(|(_, end)| text.is(*end, &["times", "occurrences", "repeats"]))
        {
            rule.is_unsupported = true;
            return Some(end + 1);
        }
    }
    if rule.time.as_ref().is_none_or(|time| time.clock.is_none()) {
        let found =
            when(text, at).filter(|found| found.value.day.is_none() && found.value.offset.is_none())?;
        let is_until = matches!(found.value.bound, Some(Bound::From | Bound::Until | Bound::After));
        let is_time = !is_until && (found.value.clock.is_some() || found.value.part.is_some());
        if is_time {
            take_time(rule, &found.value);
            // "at 6 am and 6 pm": two times a day are no rule of TaskFlow.
            let another = text
                .any_phrase(found.tokens.end, &["and at", "and"])
                .and_then(|next| clock(text, next, Lead::None));
            rule.is_unsupported |= another.is_some();
            return Some(another.map_or(found.tokens.end, |(_, end)| end));
        }
    }
    None
}

/// "except sundays", "but not on weekends": the other days of the week.
fn exception(text: &Text, at: usize, rule: &mut Recurrence) -> Option<usize> {
    let next =
        text.any_phrase(at, &["except for", "except on", "except", "but not on", "excluding", "other than"])?;
    let (days, end) = match weekend_word(text, next).or_else(|| text.any_phrase(next, &["the weekend"])) {
        Some(end) => (vec![Weekday::Saturday, Weekday::Sunday], end),
        None => weekday_list(text, next)?,
    };
    let all = match (rule.frequency, rule.weekdays.is_empty()) {
        (Frequency::Daily, true) if rule.interval == 1 => {
            [&WORKDAYS[..], &[Weekday::Saturday, Weekday::Sunday]].concat()
        }
        (Frequency::Weekly, false) => rule.weekdays.clone(),
        _ => {
            rule.is_unsupported = true;
            return Some(end);
        }
    };
    let left: Vec<Weekday> = all.into_iter().filter(|day| !days.contains(day)).collect();
    rule.is_unsupported |= left.is_empty();
    rule.frequency = Frequency::Weekly;
    rule.weekdays = left;
    Some(end)
}

fn is_suffix_word(text: &Text, at: usize) -> bool {
    text.is(
        at,
        &["starting", "start", "beginning", "until", "till", "ending", "from", "at", "on", "ends", "through"],
    )
}

/// Takes the time of day of a point in time; a part of the day that was said before stays.
fn take_time(rule: &mut Recurrence, found: &When) {
    let part = rule.time.as_ref().and_then(|time| time.part);
    if found.clock.is_some() || found.part.is_some() {
        rule.time = Some(When { clock: found.clock, part: found.part.or(part), ..When::default() });
    }
}

/// "on mon and wed", "on the 31st", "on the last day", "on march 3", "on the last friday".
fn day_of_rule(text: &Text, at: usize, rule: &mut Recurrence) -> Option<usize> {
    let begin = text.any_phrase(at, &["on the", "on day", "on", "every", "each", "the"])?;
    match rule.frequency {
        Frequency::Weekly if rule.weekdays.is_empty() => {
            let (days, end) = weekday_list(text, begin)?;
            rule.weekdays = Recurrence::on_weekdays(days, 1).weekdays;
            Some(end)
        }
        Frequency::Daily
            if rule.weekdays.is_empty() && text.weekday(begin).is_some_and(|word| word.is_plural) =>
        {
            None
        }
        Frequency::Monthly if rule.day_of_month.is_none() => {
            if text.phrase(begin, "last day").is_some() {
                rule.day_of_month = Some(DayOfMonth::Last);
                return Some(of_the_month(text, begin + 2).unwrap_or(begin + 2));
            }
            if text.at(begin) == "last" && text.weekday(begin + 1).is_some() {
                rule.is_unsupported = true;
                return Some(begin + 2);
            }
            let (nth, end) = ordinal(text, begin)
                .or_else(|| digits(text, begin).filter(|_| text.is_after(begin, &["on", "day"])))?;
            if text.weekday(end).is_some() {
                rule.is_unsupported = true;
                return Some(end + 1);
            }
            let end = if text.at(end) == "day" { end + 1 } else { end };
            let day = i8::try_from(nth).ok().filter(|day| (1..=31).contains(day) && text.ends(end))?;
            // Two days of a month are no rule of TaskFlow.
            if text.at(end) == "and" && ordinal(text, end + 1).is_some() {
                rule.is_unsupported = true;
                return ordinal(text, end + 1).map(|(_, end)| end);
            }
            rule.day_of_month = Some(DayOfMonth::Number(day));
            Some(end)
        }
        Frequency::Yearly if rule.date.is_none() => match day(text, begin, DayLead::On)? {
            found if matches!(found.day, crate::day::Day::Date { year: None, .. }) => {
                if let crate::day::Day::Date { month, day, .. } = found.day {
                    rule.date = Some((month, day));
                }
                Some(found.end)
            }
            _ => None,
        },
        _ => None,
    }
}
