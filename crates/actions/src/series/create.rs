//! Creates a series with its first occurrence.

use domain::{
    Description, Field, ItemId, NewReminder, Priority, Recurrence, RelativeReminder, Reminders, Rule, Tags,
    TimeOrDay, Timezone, Title, WallClock, input, within, wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Client, Fault, Reason, Refusal, statement};

use crate::tasks::{NewTask, explain};
use crate::{Clock, VersionedJson};

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
struct Content<'a> {
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
    id: ItemId,
    task_id: ItemId,
    #[serde(flatten)]
    content: Content<'a>,
    rule: &'a Rule,
    /// True if the time zone was set for this series. Otherwise it follows the time zone of the user.
    own_zone: bool,
    /// Place of the first occurrence.
    place: WallClock,
}

/// JSON of a new series and its first task.
struct Created {
    series: String,
    task: String,
}

fn insert(
    client: &Client<'_>,
    clock: &Clock,
    recurrence: &Recurrence,
    content: Content,
) -> Result<Created, Refusal> {
    let own_zone = recurrence.timezone.is_some();
    let timezone = match &recurrence.timezone {
        Some(timezone) => timezone.clone(),
        None => users_zone(&client.before_write())?,
    };
    let start = recurrence.start_date.unwrap_or_else(|| TimeOrDay::today(clock.now, &timezone));
    let rule = recurrence.rule(timezone, start).map_err(Refusal::Invalid)?;
    let first = rule.first().ok_or_else(|| Refusal::fault("a recurrence rule has no first occurrence"))?;
    let [id, task_id] = clock.ids;
    let input = Input { id, task_id, content, place: rule.place(first.due_date), rule: &rule, own_zone };
    let mut rows = client.call(statement!("create.sql"), &input)?;
    Ok(Created { series: rows.require("series")?, task: rows.require("task")? })
}

/// Returns the time zone of the caller.
pub fn users_zone(client: &Client<'_>) -> Result<Timezone, Refusal> {
    let zone = client.one(statement!("zone.sql"), &json!({}))?;
    let zone: Value = serde_json::from_str(&zone).unwrap_or_default();
    Timezone::parse(&zone)
        .map_err(|errors| Refusal::Fault(Fault::caused_by("the time zone of a user is unknown", errors)))
}

/// Creates a series of the caller with its first occurrence.
pub fn create(client: &Client<'_>, clock: &Clock, series: &NewSeries) -> Result<VersionedJson, Refusal> {
    let content = Content {
        title: &series.title,
        description: &series.description,
        priority: &series.priority,
        tags: &series.tags,
        reminders: series.reminders.as_ref().map_or_else(Vec::new, |reminders| reminders.0.clone()),
        once: Vec::new(),
        allow_past: series.allow_past != Some(false),
    };
    let created = insert(client, clock, &series.recurrence, content).map_err(|refusal| match refusal {
        Refusal::Rejected(Reason::PastStartDate) => Refusal::invalid_member("start_date", "is in the past"),
        other => other,
    });
    VersionedJson::read(created?.series)
}

/// Creates a task of the caller as the first occurrence of a new series.
pub(crate) fn create_from_task(
    client: &Client<'_>,
    clock: &Clock,
    task: &NewTask,
    recurrence: &Recurrence,
) -> Result<VersionedJson, Refusal> {
    let invalid_start = |detail| Refusal::Invalid(within("recurrence", wrong_member("start_date", detail)));
    let start_date = match (task.due_date, recurrence.start_date) {
        (Some(due), Some(start)) if due != start => {
            return Err(invalid_start("differs from `due_date`; omit one of them"));
        }
        (due, start) => start.or(due),
    };
    let recurrence = Recurrence { start_date, timezone: recurrence.timezone.clone(), ..*recurrence };
    let reminders = || task.reminders.iter().flat_map(|reminders| &reminders.0);
    let content = Content {
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
    let created = insert(client, clock, &recurrence, content).map_err(|refusal| match refusal {
        Refusal::Invalid(errors) => Refusal::Invalid(within("recurrence", errors)),
        Refusal::Rejected(Reason::PastStartDate) if task.due_date.is_none() => {
            invalid_start("is in the past; send `\"allow_past\": true` to allow that")
        }
        Refusal::Rejected(Reason::PastStartDate) => explain(Refusal::Rejected(Reason::PastDueDate)),
        other => other,
    });
    VersionedJson::read(created?.task)
}
