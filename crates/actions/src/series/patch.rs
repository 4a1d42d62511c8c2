//! A series is changed: its open occurrence and all later ones, never what has been.

use domain::{
    Anchor, DayOfMonth, Description, DueDate, Errors, Frequency, Interval, Moment, Optional, Patch, Priority,
    RelativeReminder, Reminders, Rule, RuleParts, Tags, TaskId, Timezone, Title, Version, WallClock, Weekdays, input,
};
use serde::Serialize;
use store::{Principal, Refusal, statement};

use super::TRIES;
use super::find::{Editable, Found};
use crate::{Answer, Problem};

input! {
    /// What is to be different about a series: a JSON merge patch. What is missing stays as it is.
    pub struct SeriesPatch {
        /// What is to be done.
        title: Optional<Title>,
        /// More about it; `null` clears it.
        description: Patch<Description>,
        /// How much it matters; `null` makes it `medium` again.
        priority: Patch<Priority>,
        /// What its tasks are filed under, in place of what was; `null` clears it.
        tags: Patch<Tags>,
        /// What the interval counts.
        frequency: Optional<Frequency>,
        /// Every how many days, weeks, months or years.
        interval: Optional<Interval>,
        /// Weekly: on which days; `null` takes that of the start.
        by_weekday: Patch<Weekdays>,
        /// Monthly: on which day; `null` takes that of the start.
        day_of_month: Patch<DayOfMonth>,
        /// What the next occurrence is counted from.
        anchor: Optional<Anchor>,
        /// The day from which on it comes, and at which time.
        start_date: Optional<DueDate>,
        /// The time or the day after which nothing comes any more; `null` takes the end away.
        end_date: Patch<DueDate>,
        /// The zone whose clocks it follows; `null` follows the user's.
        timezone: Patch<Timezone>,
        /// When to remind of each of its tasks, in place of what was; `null` clears it.
        reminders: Patch<Reminders<RelativeReminder>>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    version: Version,
    patch: &'a SeriesPatch,
    rule: &'a Rule,
    own_zone: bool,
    /// Where its open occurrence is now.
    place: Option<WallClock>,
}

impl SeriesPatch {
    /// The rule that follows from another one.
    fn rule(&self, series: &Editable) -> Result<Rule, Errors> {
        let old = series.series.rule.parts();
        let timezone = match &self.timezone {
            Patch::Keep => old.timezone.clone(),
            Patch::Clear => series.series.zone.clone(),
            Patch::Set(timezone) => timezone.clone(),
        };
        let frequency = self.frequency.0.unwrap_or(old.frequency);
        // What does not go with another frequency goes, unless it is asked for.
        let kept = |only: Frequency| old.frequency == frequency || frequency == only;
        Rule::new(RuleParts {
            frequency,
            interval: self.interval.0.unwrap_or(old.interval),
            by_weekday: self.by_weekday.clone().over(old.by_weekday.filter(|_| kept(Frequency::Weekly))),
            day_of_month: self.day_of_month.clone().over(old.day_of_month.filter(|_| kept(Frequency::Monthly))),
            anchor: self.anchor.0.unwrap_or(old.anchor),
            start_date: self.start_date.0.map_or(old.start_date, |start| WallClock::in_zone(start, &timezone)),
            end_date: match self.end_date {
                Patch::Keep => old.end_date,
                Patch::Clear => None,
                Patch::Set(end) => Some(WallClock::in_zone(end, &timezone)),
            },
            timezone,
        })
    }

    fn own_zone(&self, now: bool) -> bool {
        match self.timezone {
            Patch::Keep => now,
            Patch::Clear => false,
            Patch::Set(_) => true,
        }
    }
}

/// Changes a series of the caller, and its open occurrence with it.
pub fn patch(
    principal: &Principal,
    id: TaskId,
    expected: Option<&[Version]>,
    patch: &SeriesPatch,
    now: Moment,
) -> Result<Answer, Problem> {
    for _ in 0..TRIES {
        let found = Editable::find(principal, id)?;
        if let Some(expected) = expected {
            found.must_be(expected)?;
        }
        let Some(open) = found.series.place else {
            return Err(Problem::NotNow("The series has ended: make a new one."));
        };
        let rule = patch.rule(&found).map_err(Problem::Invalid)?;
        // The occurrence that is done already stays where it is: from there the next one is counted. And
        // where nobody knows any more when the last one was done, nothing can be counted from there.
        let is_lost = rule.parts().anchor == Anchor::Completion && found.finished.is_none() && found.occurrences > 1;
        let place = if !found.series.is_open || is_lost || rule == found.series.rule {
            None
        } else {
            let moved = rule.reschedule(open, found.finished, now).ok_or_else(|| {
                Problem::member("end_date", "leaves no place for the open occurrence; DELETE the series to stop it")
            })?;
            Some(rule.place(moved.due_date))
        };
        let (version, own_zone) = (found.series.version, patch.own_zone(found.own_zone));
        let input = Input { id, version, patch, rule: &rule, own_zone, place };
        match store::one(statement!("patch.sql"), principal, &input) {
            // Somebody was faster: look again.
            Err(Refusal::Said(word)) if word == "changed_meanwhile" => {}
            other => {
                let changed = Found { place: place.or(Some(open)), rule, ..found.series };
                return Ok(Answer::read(changed.with_next(&other?)?.to_string())?);
            }
        }
    }
    Err(Problem::TooFast)
}
