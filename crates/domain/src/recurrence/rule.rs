//! When a series comes next.

use std::iter::successors;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::WallClock;
use super::cycle::{Cycle, Day};
use super::occurrence::Occurrence;
use super::parts::{Anchor, RuleParts, misfit};
use crate::{DueDate, Errors, Field, Timezone};

/// Years that can be written and stored in every zone.
const YEARS: std::ops::RangeInclusive<i16> = 2..=9997;

/// A rule whose parts fit together. Its zone is looked up once, when it is made, as that takes a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    parts: RuleParts,
    cycle: Cycle,
    first: Day,
    zone: TimeZone,
}

impl Rule {
    /// The rule of these parts. The errors name those that do not fit the others.
    pub fn new(parts: RuleParts) -> Result<Self, Errors> {
        let mut errors = parts.misplaced();
        for (part, wall) in [("start_date", Some(parts.start_date)), ("end_date", parts.end_date)] {
            if wall.is_some_and(|wall| !YEARS.contains(&wall.date().year())) {
                errors.push(misfit(part, "is too early or too late for any zone"));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (cycle, start) = (Cycle::of(&parts), parts.start_date.date());
        let first = cycle.first(start).unwrap_or(start.into());
        let rule = Self { zone: parts.timezone.rules(), parts, cycle, first };
        match rule.occurrence(first) {
            None => errors.push(misfit("start_date", "is too early or too late for any zone")),
            Some(occurrence) if rule.has_ended_before(occurrence) => {
                let shown = WallClock::of(occurrence.due_date, &rule.parts.timezone);
                errors.push(misfit("end_date", format!("is before the first occurrence, {shown}")));
            }
            Some(_) => {}
        }
        if errors.is_empty() { Ok(rule) } else { Err(errors) }
    }

    /// What it is made of.
    pub fn parts(&self) -> &RuleParts {
        &self.parts
    }

    /// The same rule in another zone: at the same times on the clocks there.
    pub fn moved_to(self, timezone: Timezone) -> Self {
        Self { zone: timezone.rules(), parts: RuleParts { timezone, ..self.parts }, ..self }
    }

    /// The first occurrence.
    pub fn first(&self) -> Option<Occurrence> {
        self.occurrence(self.first).filter(|first| !self.has_ended_before(*first))
    }

    /// The next occurrence after any moment or day; none when the series has come to its end. Where completion is the
    /// anchor, this is when the last one was completed, and the next one is counted from there.
    pub fn after(&self, last: DueDate) -> Option<Occurrence> {
        let day = self.day(last);
        let counted_from = match self.parts.anchor {
            // A zone that skips a whole day moves a time by as much: what was planned for yesterday may come today.
            Anchor::Schedule => day.yesterday().and_then(Date::yesterday).unwrap_or(day),
            Anchor::Completion => day,
        };
        successors(self.day_after(counted_from), |day| self.day_after(day.date))
            .map_while(|day| self.occurrence(day))
            .find(|next| self.is_after(next.due_date, last))
            .filter(|next| !self.has_ended_before(*next))
    }

    /// All occurrences after any moment or day, each computed when it is asked for. Where completion is the anchor,
    /// these are the ones that come if each is completed when it is due.
    pub fn all_after(&self, last: DueDate) -> impl Iterator<Item = Occurrence> {
        successors(self.after(last), |occurrence| self.after(occurrence.due_date))
    }

    /// The same, up to another moment or day, which is included.
    pub fn between(&self, last: DueDate, until: DueDate) -> impl Iterator<Item = Occurrence> {
        self.all_after(last).take_while(move |next| !self.is_after(next.due_date, until))
    }

    fn day_after(&self, day: Date) -> Option<Day> {
        match self.parts.anchor {
            Anchor::Schedule => self.cycle.after(self.first.date, day),
            Anchor::Completion => self.cycle.after_doing(day),
        }
    }

    fn occurrence(&self, day: Day) -> Option<Occurrence> {
        Occurrence::new(day, self.parts.start_date.time(), &self.zone)
    }

    fn has_ended_before(&self, occurrence: Occurrence) -> bool {
        let end = self.parts.end_date.and_then(|end| end.due_date(&self.zone));
        end.is_some_and(|end| self.is_after(occurrence.due_date, end))
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When it is that the clock on the wall shows this.
    pub fn due_date(&self, wall: WallClock) -> Option<DueDate> {
        wall.due_date(&self.zone)
    }

    /// Whether the one comes after the other. A time is after a day when that day is over.
    pub(super) fn is_after(&self, due: DueDate, other: DueDate) -> bool {
        match (due, other) {
            (DueDate::At(due), DueDate::At(other)) => due > other,
            (due, other) => self.day(due) > self.day(other),
        }
    }

    pub(super) fn day(&self, due: DueDate) -> Date {
        match due {
            DueDate::At(instant) => self.zone.to_datetime(instant).date(),
            DueDate::On(date) => date,
        }
    }
}

impl Field for Rule {
    fn parse(value: &Value) -> Result<Self, Errors> {
        RuleParts::parse(value).and_then(Self::new)
    }

    fn schema() -> Value {
        RuleParts::schema()
    }
}

/// As its parts, from which it is made again.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.parts.serialize(serializer)
    }
}
