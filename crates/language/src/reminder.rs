//! Reminders beside a task: "remind me 2 days before", "with a reminder at 4 pm the day before".

use crate::number::{Amount, amount};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::when::{Found, When, when};
use crate::words::Unit;

/// Time of a reminder, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Reminder {
    /// Time before the task is due.
    Before(Amount),
    /// Time of day, some days before the task is due.
    DaysBefore(i32, When),
    /// Point in time.
    At(When),
}

static LEADS: Phrases = Phrases::new(
    "and please remind me, please remind me, and remind me again, and remind me, remind me again, remind me, \
     remind, with a reminder set for, with a reminder, with reminder, with an alert, with an alarm, \
     and set a reminder for, and set a reminder, set a reminder for, set a reminder, plus a reminder, \
     and a reminder, reminder set for, reminder, reminders, and alert me, alert me, and notify me, \
     notify me, ping me, and ping me, alarm, notification, and add a reminder, add a reminder, alert, \
     and give me a reminder, give me a reminder",
);

/// Returns the reminder that begins at a token, with the words that announce it.
pub fn reminder(text: &Text, at: usize) -> Option<Found<Reminder>> {
    if !text.begins(at) {
        return None;
    }
    let next = LEADS.end(text, at)?;
    let next = if text.is(next, &[":", ",", "of", "for"]) { next + 1 } else { next };
    let (value, end) = time(text, next)?;
    Some(Found { value, tokens: at..end })
}

/// Returns the time of a reminder.
pub fn time(text: &Text, at: usize) -> Option<(Reminder, usize)> {
    if let Some(found) = before(text, at) {
        return Some(found);
    }
    // "at 4 pm the day before", "tomorrow at 9"
    let found = when(text, at)?;
    let is_time = found.value.day.is_none() && found.value.offset.is_none();
    if let Some((days, _, end)) = days_before(text, found.tokens.end).filter(|_| is_time) {
        return Some((Reminder::DaysBefore(days, found.value), end));
    }
    Some((Reminder::At(found.value), found.tokens.end))
}

/// "2 days before", "an hour beforehand", "15 minutes in advance", "the day before at 4 pm".
pub fn before(text: &Text, at: usize) -> Option<(Reminder, usize)> {
    if let Some((days, part, end)) = days_before(text, at) {
        let found = when(text, end).filter(|found| found.value.day.is_none() && found.value.clock.is_some());
        if let Some(found) = found {
            return Some((Reminder::DaysBefore(days, found.value), found.tokens.end));
        }
        return Some(match part {
            Some(part) => (Reminder::DaysBefore(days, part), end),
            None => (Reminder::Before(Amount::of(days, Unit::Day)), end),
        });
    }
    static BEFORE: Phrases = Phrases::new(
        "before that, before it starts, before it begins, before it is due, before it's due, before it, \
         before the deadline, before the due date, before the time, before then, before time, before, \
         beforehand, before hand, earlier, in advance, ahead of time, ahead, prior to that, prior to it, \
         prior, early",
    );
    let (amount, end) = amount(text, at)?;
    let end = BEFORE.end(text, end)?;
    Some((Reminder::Before(amount), end))
}

/// "the day before", "a day before", "the evening before", "on the day": days and the part of the day.
fn days_before(text: &Text, at: usize) -> Option<(i32, Option<When>, usize)> {
    let begin = text.any_phrase(at, &["on the", "the", "a", "on"]).unwrap_or(at);
    let part = text.part(begin);
    if text.at(begin) != "day" && part.is_none() {
        return None;
    }
    let when = part.map(|part| When { part: Some((part, crate::when::Shade::Plain)), ..When::default() });
    match text.at(begin + 1) {
        // "before" something else is not before the task.
        "before" => Some((1, when, text.any_phrase(begin + 2, &["that", "it"]).unwrap_or(begin + 2))),
        "of" if part.is_some() && !text.is_word(begin + 2) => Some((0, when, begin + 2)),
        _ => None,
    }
}

/// Writes the amount as a duration of a reminder: "15m", "2h", "1d", "1w". Months have no fixed length.
pub fn duration(amount: Amount) -> Option<String> {
    let days = i64::from(amount.days)
        + 30 * i64::from(amount.months)
        + 365 * i64::from(amount.years)
        + i64::from(amount.business_days);
    if days < 0 || amount.seconds < 0 {
        return None;
    }
    let minutes = amount.seconds / 60;
    let (number, unit, digits) = match (days, minutes) {
        (days, 0) if days > 0 && days % 7 == 0 && days <= 693 => (days / 7, 'w', 2),
        (days, 0) if days > 0 => (days, 'd', 3),
        (days, minutes) => {
            let total = days * 24 * 60 + minutes;
            if total % 60 == 0 && total > 0 { (total / 60, 'h', 4) } else { (total, 'm', 5) }
        }
    };
    let text = number.to_string();
    (text.len() <= digits).then(|| format!("{text}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_in_the_largest_whole_unit() {
        for (count, unit, expected) in [
            (15, Unit::Minute, "15m"),
            (90, Unit::Minute, "90m"),
            (60, Unit::Minute, "1h"),
            (24, Unit::Hour, "24h"),
            (2, Unit::Day, "2d"),
            (1, Unit::Week, "1w"),
            (0, Unit::Minute, "0m"),
        ] {
            assert_eq!(duration(Amount::of(count, unit)).as_deref(), Some(expected));
        }
        assert_eq!(duration(Amount::of(2000, Unit::Day)), None);
    }

    #[test]
    fn reminders_are_read_beside_a_task() {
        let read = |words: &str, at| reminder(&Text::new(words, &[]), at).map(|found| found.value);
        assert_eq!(
            read("dentist remind me 2 days before", 1),
            Some(Reminder::Before(Amount::of(2, Unit::Day)))
        );
        assert_eq!(
            read("dentist with a reminder an hour before", 1),
            Some(Reminder::Before(Amount::of(1, Unit::Hour)))
        );
        assert!(matches!(
            read("dentist remind me at 4 pm the day before", 1),
            Some(Reminder::DaysBefore(1, _))
        ));
        assert!(matches!(read("dentist remind me tomorrow at 9", 1), Some(Reminder::At(_))));
        assert_eq!(read("remind me to call", 0), None);
    }
}
