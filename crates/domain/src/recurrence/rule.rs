//! Recurrence rule, and the occurrences that it makes.

use std::iter::successors;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::WallClock;
use super::cycle::{Cycle, Day};
use super::occurrence::Occurrence;
use super::parts::{Anchor, RuleParts, part_error};
use crate::{Errors, Field, TimeOrDay, Timezone};

/// Years that can be stored in every time zone.
const YEARS: std::ops::RangeInclusive<i16> = 2..=9997;

/// Recurrence rule whose parts are consistent. It keeps its time zone, because the lookup is slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    parts: RuleParts,
    cycle: Cycle,
    first: Day,
    zone: TimeZone,
}

impl Rule {
    /// Checks that the parts are consistent and makes a rule of them.
    pub fn new(parts: RuleParts) -> Result<Self, Errors> {
        let mut errors = parts.misplaced_parts();
        for (part, wall) in [("start_date", Some(parts.start_date)), ("end_date", parts.end_date)] {
            if wall.is_some_and(|wall| !YEARS.contains(&wall.date().year())) {
                errors.push(part_error(part, "is outside the supported range of dates"));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (cycle, start) = (Cycle::new(&parts), parts.start_date.date());
        let first = cycle.first(start).unwrap_or(start.into());
        let rule = Self { zone: parts.timezone.rules(), parts, cycle, first };
        match rule.occurrence(first) {
            None => errors.push(part_error("start_date", "is outside the supported range of dates")),
            Some(occurrence) if rule.ends_before(occurrence) => {
                let shown = WallClock::in_zone(occurrence.due_date, &rule.parts.timezone);
                errors.push(part_error("end_date", format!("is before the first occurrence, {shown}")));
            }
            Some(_) => {}
        }
        if errors.is_empty() { Ok(rule) } else { Err(errors) }
    }

    /// Returns the parts of the rule.
    pub fn parts(&self) -> &RuleParts {
        &self.parts
    }

    /// Moves the rule to another time zone, where it keeps its local times.
    pub fn with_timezone(self, timezone: Timezone) -> Self {
        Self { zone: timezone.rules(), parts: RuleParts { timezone, ..self.parts }, ..self }
    }

    /// Returns the first occurrence.
    pub fn first(&self) -> Option<Occurrence> {
        self.occurrence(self.first).filter(|first| !self.ends_before(*first))
    }

    /// Returns the next occurrence after an instant or a day, or `None` if the series has ended. With the
    /// anchor `completion`, `last` is the completion of the last occurrence, and the interval starts there.
    pub fn after(&self, last: TimeOrDay) -> Option<Occurrence> {
        let day = self.day(last);
        let counted_from = match self.parts.anchor {
            // A time zone can skip a whole day (Samoa in 2011): an occurrence planned for yesterday may be
            // due today.
            Anchor::Schedule => day.yesterday().and_then(Date::yesterday).unwrap_or(day),
            Anchor::Completion => day,
        };
        successors(self.day_after(counted_from), |day| self.day_after(day.date))
            .map_while(|day| self.occurrence(day))
            .find(|next| self.is_after(next.due_date, last))
            .filter(|next| !self.ends_before(*next))
    }

    /// Iterates over all occurrences after an instant or a day. With the anchor `completion`, it assumes that
    /// each occurrence is completed when it is due.
    pub fn all_after(&self, last: TimeOrDay) -> impl Iterator<Item = Occurrence> {
        successors(self.after(last), |occurrence| self.after(occurrence.due_date))
    }

    /// Iterates over the occurrences after `last`, up to and including `until`.
    pub fn between(&self, last: TimeOrDay, until: TimeOrDay) -> impl Iterator<Item = Occurrence> {
        self.all_after(last).take_while(move |next| !self.is_after(next.due_date, until))
    }

    fn day_after(&self, day: Date) -> Option<Day> {
        match self.parts.anchor {
            Anchor::Schedule => self.cycle.after(self.first.date, day),
            Anchor::Completion => self.cycle.after_completion(day),
        }
    }

    fn occurrence(&self, day: Day) -> Option<Occurrence> {
        Occurrence::new(day, self.parts.start_date.time(), &self.zone)
    }

    fn ends_before(&self, occurrence: Occurrence) -> bool {
        let end = self.parts.end_date.and_then(|end| end.due_date(&self.zone));
        end.is_some_and(|end| self.is_after(occurrence.due_date, end))
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Converts a local date or time in the rule's time zone.
    pub fn due_date(&self, wall: WallClock) -> Option<TimeOrDay> {
        wall.due_date(&self.zone)
    }

    /// Returns true if `due` is after `other`. An instant is after a day once that day is over.
    pub(super) fn is_after(&self, due: TimeOrDay, other: TimeOrDay) -> bool {
        match (due, other) {
            (TimeOrDay::At(due), TimeOrDay::At(other)) => due > other,
            (due, other) => self.day(due) > self.day(other),
        }
    }

    pub(super) fn day(&self, due: TimeOrDay) -> Date {
        match due {
            TimeOrDay::At(instant) => self.zone.to_datetime(instant).date(),
            TimeOrDay::On(date) => date,
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

/// Serializes to its parts.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.parts.serialize(serializer)
    }
}
