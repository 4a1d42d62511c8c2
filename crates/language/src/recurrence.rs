//! Recurrences: "every other week", "on mon and wed", "monthly on the last day", "every! 3 days".

mod adverbs;
mod every;
mod suffix;

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::Weekday;

use crate::number::Amount;
use crate::text::Text;
use crate::when::{Found, When, when};
use crate::words::{Part, Unit};

use adverbs::{adverb, after_completion, day_of_each_month, on_days, times_a_week};
use every::every;
use suffix::suffix;

/// Recurrence, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    pub frequency: Frequency,
    pub interval: u32,
    /// Days of a week, in the order of the week.
    pub weekdays: Vec<Weekday>,
    pub day_of_month: Option<DayOfMonth>,
    /// Month and day of a yearly recurrence.
    pub date: Option<(i8, i8)>,
    pub anchor: Anchor,
    /// Time of day.
    pub time: Option<When>,
    pub start: Option<When>,
    pub end: Option<Ending>,
    /// True for a rule that TaskFlow does not have.
    pub is_unsupported: bool,
    /// True for "every weekend", which may be one day or two.
    pub is_weekend: bool,
}

/// End of a recurrence.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    On(When),
    After(Amount),
}

impl Recurrence {
    fn new(frequency: Frequency, interval: u32) -> Self {
        Self {
            frequency,
            interval,
            weekdays: Vec::new(),
            day_of_month: None,
            date: None,
            anchor: Anchor::Schedule,
            time: None,
            start: None,
            end: None,
            is_unsupported: !(1..=999).contains(&interval),
            is_weekend: false,
        }
    }

    fn unsupported() -> Self {
        Self { is_unsupported: true, ..Self::new(Frequency::Daily, 1) }
    }

    fn on_weekdays(mut weekdays: Vec<Weekday>, interval: u32) -> Self {
        weekdays.sort_by_key(|day| day.to_monday_zero_offset());
        weekdays.dedup();
        Self { weekdays, ..Self::new(Frequency::Weekly, interval) }
    }

    fn monthly_on(day: DayOfMonth) -> Self {
        Self { day_of_month: Some(day), ..Self::new(Frequency::Monthly, 1) }
    }

    fn at_part(self, part: Part) -> Self {
        Self { time: Some(When { part: Some((part, crate::when::Shade::Plain)), ..When::default() }), ..self }
    }

    /// Every so many of a unit.
    fn every(interval: u32, unit: Unit) -> Self {
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour => Self::unsupported(),
            Unit::Day => Self::new(Frequency::Daily, interval),
            Unit::BusinessDay if interval == 1 => Self::on_weekdays(WORKDAYS.to_vec(), 1),
            Unit::BusinessDay => Self::unsupported(),
            Unit::Week => Self::new(Frequency::Weekly, interval),
            Unit::Fortnight => Self::new(Frequency::Weekly, interval.saturating_mul(2)),
            Unit::Month => Self::new(Frequency::Monthly, interval),
            Unit::Quarter => Self::new(Frequency::Monthly, interval.saturating_mul(3)),
            Unit::Year => Self::new(Frequency::Yearly, interval),
        }
    }
}

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Returns the recurrence that begins at a token, with its time, start and end.
pub fn recurrence(text: &Text, at: usize) -> Option<Found<Recurrence>> {
    if text.begins_date(at) && text.begins(at) { text.rule(at, || scan(text, at)) } else { None }
}

fn scan(text: &Text, at: usize) -> Option<Found<Recurrence>> {
    let begin = text
        .any_phrase(
            at,
            &["due on", "due", "and repeat", "repeating", "repeat", "repeats", "recurring", "on a"],
        )
        .unwrap_or(at);
    let found = core(text, begin).or_else(|| core(text, at));
    let (mut rule, mut end) = found.filter(|(_, end)| text.ends(*end))?;
    while let Some(next) = suffix(text, end, &mut rule) {
        end = next;
    }
    Some(Found { value: rule, tokens: at..end })
}

fn core(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let rules = [every, adverb, on_days, times_a_week, day_of_each_month, after_completion];
    rules.iter().filter_map(|rule| rule(text, at)).max_by_key(|(_, end)| *end)
}

/// Returns a point in time, or the first day of a month: "may", "june 2027".
pub fn date_or_month(text: &Text, at: usize) -> Option<(When, usize)> {
    if let Some(found) = when(text, at) {
        return Some((found.value, found.tokens.end));
    }
    let begin = text.any_phrase(at, &["in", "next"]).unwrap_or(at);
    let month = text.month(begin)?;
    let (year, end) = match crate::number::year(text, begin + 1) {
        Some((year, end)) => (Some(year), end),
        None => (None, begin + 1),
    };
    let month = crate::day::Month::Named { month, year };
    let day = crate::day::Day::EdgeOfMonth { month, place: crate::day::Place::First };
    text.ends(end).then_some((When { day: Some(day), ..When::default() }, end))
}
