//! A series is looked at before something is done with it.

use domain::{DueDate, Field, Moment, Rule, TaskId, Timezone, Version, WallClock};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::Problem;
use crate::tasks::Named;

/// What a series is, and how far it has come.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Which edition of it.
    pub version: Version,
    /// When it comes.
    #[serde(deserialize_with = "field")]
    pub rule: Rule,
    /// The place of its newest occurrence; none when it has ended.
    #[serde(deserialize_with = "field")]
    pub place: Option<WallClock>,
    /// Whether the task of that place is to be done.
    pub is_open: bool,
    /// Whether it is completed; else it was thrown away, if it is not to be done.
    pub is_done: bool,
    /// When it was done or thrown away, if it was.
    #[serde(deserialize_with = "field")]
    pub done_at: Option<Moment>,
    /// The zone of its user.
    #[serde(deserialize_with = "field")]
    pub zone: Timezone,
}

fn field<'de, D: Deserializer<'de>, T: Field>(deserializer: D) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    T::parse(&value).map_err(|errors| serde::de::Error::custom(format!("{errors:?}")))
}

impl Found {
    /// When the open occurrence comes and those that follow it, in the words of clients, if each is done in
    /// time. Where the newest one is done, it begins with the one that is about to be made.
    pub fn coming(&self) -> impl Iterator<Item = String> {
        let newest = self.place.and_then(|place| self.rule.due_date(place));
        let first = match (self.place, self.done_at) {
            _ if self.is_open => newest,
            (Some(place), Some(done)) => self.rule.follow_up(place, done).next.map(|next| next.due_date),
            _ => newest.and_then(|newest| self.rule.after(newest)).map(|next| next.due_date),
        };
        let later = first.into_iter().flat_map(|due| self.rule.all_after(due)).map(|next| next.due_date);
        first.into_iter().chain(later).filter_map(|due| self.shown_time(due))
    }

    /// A series as it is shown, with when it really comes next: the database cannot compute what is about to
    /// be made.
    pub(crate) fn with_next(&self, shown: &str) -> Result<Value, Refusal> {
        let mut shown: Value = read(shown)?;
        shown["next_occurrence"] = json!(self.coming().next());
        Ok(shown)
    }

    /// When the next occurrence comes if the newest one is done at that moment.
    pub fn next(&self, done: Moment) -> Option<String> {
        let follow_up = self.rule.follow_up(self.place?, done);
        self.shown_time(follow_up.next?.due_date)
    }

    fn shown_time(&self, due: DueDate) -> Option<String> {
        due.deadline(&self.zone).map(|moment| moment.to_string())
    }
}

/// A series that is to be changed.
pub(crate) struct Editable {
    pub series: Found,
    /// As clients see it.
    pub shown: String,
    pub own_zone: bool,
    /// How many occurrences there have been.
    pub occurrences: u32,
    /// The place of the occurrence before the newest one, and when that was done.
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
struct Beside {
    own_zone: bool,
    occurrences: u32,
    finished: Option<Finished>,
}

impl Editable {
    /// Looks at a series of the caller.
    pub fn find(principal: &Principal, id: TaskId) -> Result<Self, Refusal> {
        let rows = store::run(statement!("find.sql"), principal, &Named { id, expected: None })?;
        let [shown, progress] = rows.as_slice() else { return Err(Refusal::NotFound) };
        let Beside { own_zone, occurrences, finished } = read(progress)?;
        let finished = finished.map(|finished| (finished.place, finished.at));
        Ok(Self { series: read(progress)?, shown: shown.clone(), own_zone, occurrences, finished })
    }

    /// Its edition. One that the caller has not seen is refused.
    pub fn must_be(&self, expected: &[Version]) -> Result<Version, Problem> {
        let version = self.series.version;
        if expected.contains(&version) { Ok(version) } else { Err(Problem::Changed(self.shown.clone())) }
    }
}

/// Reads what a statement returned of a series.
pub fn read<'a, T: Deserialize<'a>>(row: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(row).map_err(|error| Refusal::fault(format!("a series cannot be read: {error}")))
}
