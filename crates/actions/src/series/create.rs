//! Creates a series with its first occurrence.

use domain::{
    Description, DueDate, Field, NewReminder, Priority, Recurrence, RelativeReminder, Reminders, Rule, Tags,
    TaskId, Timezone, Title, WallClock, input, within, wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Client, Reason, Refusal, statement};

use crate::tasks::{NewTask, refused};
use crate::{Answer, Clock};

input! {
    /// A new series of recurring tasks.
    pub struct NewSeries {
        /// Title of the task.
        title: Title,
        /// Details, with line breaks if needed.
        description: Option<Description>,
        /// Priority. Defaults to `medium`.
        priority: Option<Priority>,
        /// Tags of its tasks.
        tags: Option<Tags>,
        ..recurrence: Recurrence,
        /// Reminders of each of its tasks.
        reminders: Option<Reminders<RelativeReminder>>,
        /// `false` rejects a start in the past. Defaults to `true`.
        allow_past: Option<bool>,
    }
}

/// Content of a new series, without its rule.
#[derive(Serialize)]
struct Wanted<'a> {
    title: &'a Title,
    description: &'a Option<Description>,
    priority: &'a Option<Priority>,
    tags: &'a Option<Tags>,
    /// Reminders of every task.
    reminders: Vec<RelativeReminder>,
    /// Reminders of the first task only.
    once: Vec<&'a NewReminder>,
    allow_past: bool,
}

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    task_id: TaskId,
    #[serde(flatten)]
    wanted: Wanted<'a>,
    rule: &'a Rule,
    own_zone: bool,
    place: WallClock,
}

/// JSON of a new series and its first task.
struct Made {
    series: String,
    task: String,
}

fn make(
    client: &Client<'_>,
    clock: &Clock,
    recurrence: &Recurrence,
    wanted: Wanted,
) -> Result<Made, Refusal> {
    let own_zone = recurrence.timezone.is_some();
    let timezone = match &recurrence.timezone {
        Some(timezone) => timezone.clone(),
        None => users_zone(client)?,
    };
    let start = recurrence.start_date.unwrap_or_else(|| DueDate::today(clock.now, &timezone));
    let rule = recurrence.rule(timezone, start).map_err(Refusal::Invalid)?;
    let first = rule.first().ok_or_else(|| Refusal::fault("a rule without a first occurrence"))?;
    let [id, task_id] = clock.ids;
    let input = Input { id, task_id, wanted, place: rule.place(first.due_date), rule: &rule, own_zone };
    let mut rows = client.call(statement!("create.sql"), &input)?;
    Ok(Made { series: rows.require("series")?, task: rows.require("task")? })
}

/// Returns the time zone of the caller.
pub fn users_zone(client: &Client<'_>) -> Result<Timezone, Refusal> {
    let zone = client.one(statement!("zone.sql"), &json!({}))?;
    let zone: Value = serde_json::from_str(&zone).unwrap_or_default();
    Timezone::parse(&zone).map_err(|_| Refusal::fault("a user has an unknown time zone"))
}

/// Creates a series of the caller, and its first task.
pub fn create(client: &Client<'_>, clock: &Clock, series: &NewSeries) -> Result<Answer, Refusal> {
    let wanted = Wanted {
        title: &series.title,
        description: &series.description,
        priority: &series.priority,
        tags: &series.tags,
        reminders: series.reminders.as_ref().map_or_else(Vec::new, |reminders| reminders.0.clone()),
        once: Vec::new(),
        allow_past: series.allow_past != Some(false),
    };
    let made = make(client, clock, &series.recurrence, wanted).map_err(|refusal| match refusal {
        Refusal::Rejected(Reason::PastStartDate) => Refusal::invalid_member("start_date", "is in the past"),
        other => other,
    });
    Answer::read(made?.series)
}

/// Creates a recurring task of the caller, as the first one of a new series.
pub(crate) fn create_from_task(
    client: &Client<'_>,
    clock: &Clock,
    task: &NewTask,
    recurrence: &Recurrence,
) -> Result<Answer, Refusal> {
    let wrong = |detail| Refusal::Invalid(within("recurrence", wrong_member("start_date", detail)));
    let start_date = match (task.due_date, recurrence.start_date) {
        (Some(due), Some(start)) if due != start => {
            return Err(wrong("differs from `due_date`; omit one of them"));
        }
        (due, start) => start.or(due),
    };
    let recurrence = Recurrence { start_date, timezone: recurrence.timezone.clone(), ..*recurrence };
    let reminders = || task.reminders.iter().flat_map(|reminders| &reminders.0);
    let wanted = Wanted {
        title: &task.title,
        description: &task.description,
        priority: &task.priority,
        tags: &task.tags,
        reminders: reminders()
            .filter_map(|reminder| match reminder {
                NewReminder::Before(before) => Some(RelativeReminder { before: before.clone() }),
                NewReminder::At(_) => None,
            })
            .collect(),
        once: reminders().filter(|reminder| matches!(reminder, NewReminder::At(_))).collect(),
        allow_past: task.allow_past == Some(true),
    };
    let made = make(client, clock, &recurrence, wanted).map_err(|refusal| match refusal {
        Refusal::Invalid(errors) => Refusal::Invalid(within("recurrence", errors)),
        Refusal::Rejected(Reason::PastStartDate) if task.due_date.is_none() => {
            wrong("is in the past; send `\"allow_past\": true` to allow that")
        }
        Refusal::Rejected(Reason::PastStartDate) => refused(Refusal::Rejected(Reason::PastDueDate)),
        other => other,
    });
    Answer::read(made?.task)
}
