//! Attributes of a task in a sentence, and the title that is left when they have gone.

use std::ops::Range;

use domain::{DayOfMonth, Frequency, Priority, Tag};

use crate::answer::is_valid;
use crate::day::{Day, Which};
use crate::label::{MAX_TAGS, priority, tags};
use crate::period::range_start;
use crate::phrases::Phrases;
use crate::recurrence::{Recurrence, recurrence};
use crate::reminder::{Reminder, before, reminder};
use crate::text::Text;
use crate::when::{Bound, Found, When, when};

/// Attributes that were found in a sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    pub whens: Vec<Found<When>>,
    pub recurrence: Option<Found<Recurrence>>,
    pub reminders: Vec<Found<Reminder>>,
    pub priority: Option<Found<Priority>>,
    pub tags: Vec<Found<Vec<String>>>,
    /// "no date".
    pub no_date: Option<Range<usize>>,
    /// "later", "soon".
    pub vague: Option<Range<usize>>,
    /// True if a time had an end, as in "from 3 to 5", which no task has.
    pub has_dropped_end: bool,
}

pub static NO_DATE: Phrases = Phrases::new(
    "no due date, no date, no deadline, without a due date, without due date, without a date, without date, \
     without a deadline, with no due date, with no date",
);

static VAGUE: Phrases = Phrases::new(
    "at a later time, at a later date, at some point, at some time, some other time, some time later, \
     some time soon, some time, sometime soon, sometime later, sometime, some day, someday, one day, \
     in a while, in awhile, in a bit, in the future, in future, another time, later on, later, soon, \
     as soon as possible, as soon as you can, asap, a.s.a.p, eventually, when i have time, for later",
);

/// Most reminders of a task.
const MAX_REMINDERS: usize = 100;

/// Finds the attributes in some tokens. More tags and reminders than a task can have stay in its title.
pub fn slots(text: &Text, tokens: Range<usize>) -> Slots {
    let mut slots = Slots::default();
    let mut at = tokens.start;
    while at < tokens.end {
        match found(text, at, tokens.end, &mut slots) {
            Some(end) => at = end,
            None => at += 1,
        }
    }
    slots
}

/// Takes the longest attribute that begins at a token, and returns its end.
fn found(text: &Text, at: usize, limit: usize, slots: &mut Slots) -> Option<usize> {
    if text.is_opaque(at) || !text.begins(at) {
        return None;
    }
    let fits = |end: usize| end <= limit;
    let rule = recurrence(text, at).filter(|found| fits(found.tokens.end) && slots.recurrence.is_none());
    let reminder = reminder(text, at)
        .or_else(|| another_reminder(text, at, slots))
        .filter(|found| fits(found.tokens.end) && slots.reminders.len() < MAX_REMINDERS);
    let tags = tags(text, at).filter(|found| fits(found.tokens.end) && slots.takes(&found.value));
    let priority = priority(text, at).filter(|found| fits(found.tokens.end) && slots.priority.is_none());
    let range = range_start(text, at).filter(|found| fits(found.tokens.end));
    let has_end = range.is_some();
    let when = range.or_else(|| when(text, at)).filter(|found| fits(found.tokens.end));
    let no_date = NO_DATE.end(text, at).filter(|end| fits(*end) && text.ends(*end));
    let vague = VAGUE.end(text, at).filter(|end| fits(*end) && is_vague(text, at, *end, limit));
    let ends = [
        rule.as_ref().map(|found| found.tokens.end),
        reminder.as_ref().map(|found| found.tokens.end),
        no_date,
        tags.as_ref().map(|found| found.tokens.end),
        priority.as_ref().map(|found| found.tokens.end),
        when.as_ref().map(|found| found.tokens.end),
        vague,
    ];
    let longest = ends.iter().flatten().max().copied()?;
    // The first kind wins among those that are equally long.
    match ends.iter().position(|end| *end == Some(longest))? {
        0 => slots.recurrence = rule,
        1 => slots.reminders.extend(reminder),
        2 => slots.no_date = Some(at..longest),
        3 => slots.tags.extend(tags),
        4 => slots.priority = priority,
        5 => {
            slots.whens.extend(when);
            slots.has_dropped_end |= has_end;
        }
        _ => slots.vague = Some(at..longest),
    }
    Some(longest)
}

/// "remind me a day before and an hour before": the second time of a reminder.
fn another_reminder(text: &Text, at: usize, slots: &Slots) -> Option<Found<Reminder>> {
    let is_next = slots.reminders.last().is_some_and(|last| last.tokens.end == at);
    let next = text.any_phrase(at, &["and", ", and", ","]).filter(|_| is_next)?;
    before(text, next).map(|(value, end)| Found { value, tokens: at..end })
}

/// A vague time stands at the end of a sentence.
fn is_vague(text: &Text, at: usize, end: usize, limit: usize) -> bool {
    let is_last = end >= limit
        || (text.is_sign(end) && text.ends(end))
        || text.at(end) == "please"
        || text.at(end) == "#";
    is_last && !text.is_after(at, &["or", "and", "too", "as", "how", "the", "a"])
}

impl Slots {
    /// True if a task can have these tags too.
    fn takes(&self, tags: &[String]) -> bool {
        let known: usize = self.tags.iter().map(|found| found.value.len()).sum();
        known + tags.len() <= MAX_TAGS && tags.iter().all(|tag| is_valid::<Tag>(tag))
    }

    /// Adds the attributes of another part of the sentence.
    pub fn extend(&mut self, other: Self) {
        self.whens.extend(other.whens);
        self.recurrence = self.recurrence.take().or(other.recurrence);
        self.reminders.extend(other.reminders);
        self.priority = self.priority.take().or(other.priority);
        self.tags.extend(other.tags);
        self.no_date = self.no_date.take().or(other.no_date);
        self.vague = self.vague.take().or(other.vague);
        self.has_dropped_end |= other.has_dropped_end;
    }

    /// Joins times that belong together.
    pub fn joined(mut self) -> Self {
        self.join_times();
        self
    }

    /// Joins a day and a time that stand apart, as in "tomorrow call mom at 5pm", and the time of a
    /// recurrence.
    fn join_times(&mut self) {
        if let Some(rule) = &mut self.recurrence {
            let is_time = |found: &Found<When>| {
                found.value.day.is_none() && found.value.offset.is_none() && found.value.bound.is_none()
            };
            let has_clock = rule.value.time.as_ref().is_some_and(|time| time.clock.is_some());
            if !has_clock && let Some(index) = self.whens.iter().position(is_time) {
                let time = &self.whens[index].value;
                let part = rule.value.time.as_ref().and_then(|time| time.part);
                rule.value.time =
                    Some(When { clock: time.clock, part: time.part.or(part), ..When::default() });
            }
        }
        self.join_day();
        if self.recurrence.is_none() && self.whens.len() == 2 {
            let (first, second) = (&self.whens[0].value, &self.whens[1].value);
            if let Some(joined) = joined(first, second).or_else(|| joined(second, first)) {
                self.whens[0].value = joined;
                let second = self.whens.remove(1);
                // The second phrase leaves the title too.
                self.whens.push(Found { value: When::default(), tokens: second.tokens });
            }
        }
    }

    /// Takes a day that stands apart as the day of the recurrence: "every month 1st", "every week friday".
    fn join_day(&mut self) {
        let Some(Found { value: rule, .. }) = &mut self.recurrence else { return };
        for found in &mut self.whens {
            match (rule.frequency, &found.value.day) {
                (Frequency::Monthly, Some(Day::OfMonth { day, month: None, weekday: None }))
                    if rule.day_of_month.is_none() =>
                {
                    rule.day_of_month = Some(DayOfMonth::Number(*day));
                }
                (Frequency::Weekly, Some(Day::Weekday(weekday, Which::Coming)))
                    if rule.weekdays.is_empty() =>
                {
                    rule.weekdays = vec![*weekday];
                }
                (Frequency::Yearly, Some(Day::Date { year: None, month, day, weekday: None }))
                    if rule.date.is_none() =>
                {
                    rule.date = Some((*month, *day));
                }
                _ => continue,
            }
            found.value.day = None;
        }
    }

    /// Tokens of all attributes.
    pub fn places(&self) -> impl Iterator<Item = &Range<usize>> {
        let whens = self.whens.iter().map(|found| &found.tokens);
        let reminders = self.reminders.iter().map(|found| &found.tokens);
        let tags = self.tags.iter().map(|found| &found.tokens);
        let rule = self.recurrence.iter().map(|found| &found.tokens);
        whens.chain(reminders).chain(tags).chain(rule).chain(&self.no_date).chain(&self.vague)
    }

    /// Points in time that say a day or a time.
    pub fn times(&self) -> Vec<&When> {
        self.whens.iter().map(|found| &found.value).filter(|when| **when != When::default()).collect()
    }
}

/// Joins a day without a time and a time without a day.
fn joined(day: &When, time: &When) -> Option<When> {
    let is_day = day.clock.is_none() && day.offset.is_none() && day.day.is_some();
    let is_time =
        time.day.is_none() && time.offset.is_none() && (time.clock.is_some() || time.part.is_some());
    let is_compatible = day.part.is_none() || time.part.is_none();
    let is_bound = matches!(time.bound, Some(Bound::From));
    (is_day && is_time && is_compatible && !is_bound).then(|| When {
        clock: time.clock,
        part: day.part.or(time.part),
        bound: day.bound.or(time.bound),
        ..day.clone()
    })
}
