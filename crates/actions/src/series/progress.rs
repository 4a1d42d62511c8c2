//! Progress of a series, read before a write.

use domain::{Field, Moment, Rule, TimeOrDay, Timezone, Version, WallClock};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::tasks::Target;

/// Progress of a series: its rule, its place, and the state of its newest occurrence.
#[derive(Debug, Deserialize)]
pub struct Progress {
    /// Version of the series.
    pub version: Version,
    /// Recurrence rule.
    #[serde(deserialize_with = "field")]
    pub rule: Rule,
    /// Place of the newest occurrence, or `None` if the series has ended.
    #[serde(deserialize_with = "field")]
    pub place: Option<WallClock>,
    /// True if the newest occurrence is open.
    pub is_open: bool,
    /// True if the newest occurrence is completed. If neither open nor completed, it was deleted.
    pub is_done: bool,
    /// Time of the completion or deletion.
    #[serde(deserialize_with = "field")]
    pub closed_at: Option<Moment>,
    /// Time zone of the user.
    #[serde(deserialize_with = "field")]
    pub zone: Timezone,
}

fn field<'de, D: Deserializer<'de>, T: Field>(deserializer: D) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    T::parse(&value).map_err(serde::de::Error::custom)
}

impl Progress {
    /// Iterates over the due dates of the open occurrence and the following ones, formatted for clients,
    /// assuming that each is completed in time. If the newest one is completed, it begins with the one about
    /// to be created.
    pub fn upcoming(&self) -> impl Iterator<Item = String> {
        let newest = self.place.and_then(|place| self.rule.due_date(place));
        let first = match (self.place, self.closed_at) {
            _ if self.is_open => newest,
            (Some(place), Some(closed_at)) => {
                self.rule.follow_up(place, closed_at).next.map(|next| next.due_date)
            }
            _ => newest.and_then(|newest| self.rule.after(newest)).map(|next| next.due_date),
        };
        let later = first.into_iter().flat_map(|due| self.rule.all_after(due)).map(|next| next.due_date);
        first.into_iter().chain(later).filter_map(|due| self.shown_time(due))
    }

    /// Sets `next_occurrence` in the JSON of a series. The database has written the due date of the newest
    /// occurrence there, as it cannot compute one that is not yet created.
    pub(crate) fn with_next(&self, series: &str) -> Result<Value, Refusal> {
        let mut series: Value = parse_row(series)?;
        series["next_occurrence"] = json!(self.upcoming().next());
        Ok(series)
    }

    /// Returns the due date of the next occurrence if the newest one is completed at that time.
    pub fn next(&self, closed_at: Moment) -> Option<String> {
        let follow_up = self.rule.follow_up(self.place?, closed_at);
        self.shown_time(follow_up.next?.due_date)
    }

    fn shown_time(&self, due: TimeOrDay) -> Option<String> {
        due.deadline(&self.zone).map(|moment| moment.to_string())
    }
}

/// Progress of a series, and what else an update needs.
pub(crate) struct Editable {
    pub progress: Progress,
    pub own_zone: bool,
    /// Number of occurrences so far.
    pub occurrences: u32,
    /// Place of the occurrence before the newest one, and the time of its completion.
    pub finished: Option<(WallClock, Moment)>,
}

#[derive(Deserialize)]
struct Finished {
    #[serde(deserialize_with = "field")]
    place: WallClock,
    #[serde(deserialize_with = "field")]
    at: Moment,
}

#[derive(Deserialize)]
struct EditableRow {
    own_zone: bool,
    occurrences: u32,
    finished: Option<Finished>,
}

impl Editable {
    /// Reads a series of the caller, which must have one of the expected versions.
    pub fn load(client: &Client<'_>, series: &Target) -> Result<Self, Refusal> {
        let progress = client.one(statement!("progress.sql"), series)?;
        let EditableRow { own_zone, occurrences, finished } = parse_row(&progress)?;
        let finished = finished.map(|finished| (finished.place, finished.at));
        Ok(Self { progress: parse_row(&progress)?, own_zone, occurrences, finished })
    }
}

/// Parses a row of a statement on series.
pub fn parse_row<'a, T: Deserialize<'a>>(row: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(row).map_err(|error| Refusal::unreadable("a series", error))
}
