//! Updates a series: its open occurrence and all later ones, never past ones.

use domain::{
    Anchor, DayOfMonth, Description, Errors, Frequency, Interval, Moment, Optional, Patch, Priority,
    RelativeReminder, Reminders, Rule, RuleParts, Tags, TimeOrDay, Timezone, Title, Version, WallClock,
    Weekdays, input,
};
use serde::Serialize;
use store::{Client, Reason, Refusal, statement};

use super::MAX_ATTEMPTS;
use super::progress::{Editable, Progress, parse_row};
use crate::VersionedJson;
use crate::tasks::Target;

input! {
    /// Changes to a series, as a JSON merge patch: omitted members keep their value.
    pub struct SeriesPatch {
        /// Title of the task.
        title: Optional<Title>,
        /// Details; `null` clears them.
        description: Patch<Description>,
        /// Priority; `null` resets it to `medium`.
        priority: Patch<Priority>,
        /// Tags of its tasks, which replace the current ones; `null` removes all.
        tags: Patch<Tags>,
        /// Unit of the interval.
        frequency: Optional<Frequency>,
        /// Number of days, weeks, months or years between occurrences.
        interval: Optional<Interval>,
        /// Days of a weekly recurrence; `null` uses the weekday of the start.
        by_weekday: Patch<Weekdays>,
        /// Day of a monthly recurrence; `null` uses the day of the month of the start.
        day_of_month: Patch<DayOfMonth>,
        /// Start of the interval to the next occurrence: `schedule`, or `completion` of the last one.
        anchor: Optional<Anchor>,
        /// Start of the series, with the time of day of its tasks if they have one.
        start_date: Optional<TimeOrDay>,
        /// End of the series: no occurrence is due after it; `null` removes the end.
        end_date: Patch<TimeOrDay>,
        /// Time zone of the series; `null` follows the user's time zone.
        timezone: Patch<Timezone>,
        /// Reminders of each of its tasks, which replace the current ones; `null` removes all.
        reminders: Patch<Reminders<RelativeReminder>>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    series: &'a Target,
    patch: &'a SeriesPatch,
    /// New schedule, or `None` if the patch has no member of it. Then the patch follows from no version.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
}

#[derive(Serialize)]
struct Schedule {
    /// Version from which the rest follows.
    version: Version,
    rule: Rule,
    own_zone: bool,
    /// New place of the open occurrence.
    place: Option<WallClock>,
}

impl SeriesPatch {
    /// True if the patch has a member that the due dates follow from.
    fn has_schedule(&self) -> bool {
        !matches!(
            self,
            Self {
                frequency: Optional(None),
                interval: Optional(None),
                by_weekday: Patch::Keep,
                day_of_month: Patch::Keep,
                anchor: Optional(None),
                start_date: Optional(None),
                end_date: Patch::Keep,
                timezone: Patch::Keep,
                ..
            }
        )
    }

    /// Computes the new schedule of a series whose open occurrence has that place. Returns `None` if the
    /// patch leaves the schedule alone.
    fn schedule(&self, series: &Editable, open: WallClock, now: Moment) -> Result<Option<Schedule>, Refusal> {
        if !self.has_schedule() {
            return Ok(None);
        }
        let rule = self.rule(series).map_err(Refusal::Invalid)?;
        // A completed occurrence keeps its place, because the next one is counted from it. If the completion
        // of the last one is no longer known (its task was purged), nothing can be counted from it, so the
        // open one stays, too.
        let has_no_completion =
            rule.parts().anchor == Anchor::Completion && series.finished.is_none() && series.occurrences > 1;
        let place = if !series.progress.is_open || has_no_completion || rule == series.progress.rule {
            None
        } else {
            let moved = rule.reschedule(open, series.finished, now).ok_or_else(|| {
                Refusal::invalid_member(
                    "end_date",
                    "leaves no date for the open task; delete the series to stop it",
                )
            })?;
            Some(rule.place(moved.due_date))
        };
        let (version, own_zone) = (series.progress.version, self.own_zone(series.own_zone));
        Ok(Some(Schedule { version, rule, own_zone, place }))
    }

    /// Applies the patch to the current rule.
    fn rule(&self, series: &Editable) -> Result<Rule, Errors> {
        let old = series.progress.rule.parts();
        let timezone = match &self.timezone {
            Patch::Keep => old.timezone.clone(),
            Patch::Clear => series.progress.zone.clone(),
            Patch::Set(timezone) => timezone.clone(),
        };
        let frequency = self.frequency.0.unwrap_or(old.frequency);
        // A change of the frequency drops parts that the new one does not allow, unless the patch sets them.
        let kept = |only: Frequency| old.frequency == frequency || frequency == only;
        Rule::new(RuleParts {
            frequency,
            interval: self.interval.0.unwrap_or(old.interval),
            by_weekday: self.by_weekday.clone().over(old.by_weekday.filter(|_| kept(Frequency::Weekly))),
            day_of_month: self
                .day_of_month
                .clone()
                .over(old.day_of_month.filter(|_| kept(Frequency::Monthly))),
            anchor: self.anchor.0.unwrap_or(old.anchor),
            start_date: self
                .start_date
                .0
                .map_or(old.start_date, |start| WallClock::in_zone(start, &timezone)),
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

/// Updates a series of the caller, and its open occurrence.
pub fn patch(
    client: &Client<'_>,
    series: &Target,
    patch: &SeriesPatch,
    now: Moment,
) -> Result<VersionedJson, Refusal> {
    for _ in 0..MAX_ATTEMPTS {
        let current = Editable::load(&client.before_write(), series)?;
        let Some(open) = current.progress.place else {
            return Err(Refusal::InvalidState("The series has ended. Create a new one instead."));
        };
        let schedule = patch.schedule(&current, open, now)?;
        match client.call(statement!("patch.sql"), &Input { series, patch, schedule }) {
            // Another request was faster: read again.
            Err(Refusal::Rejected(Reason::Stale)) => {}
            rows => {
                let mut rows = rows?;
                let progress: Progress = parse_row(&rows.require("progress")?)?;
                return VersionedJson::new(&progress.with_next(&rows.require("row")?)?);
            }
        }
    }
    Err(Refusal::Rejected(Reason::Stale))
}
