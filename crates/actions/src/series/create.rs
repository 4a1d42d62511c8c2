//! Creates a series with its first occurrence.

use domain::{
    ClientId, Description, Field, ItemId, NewReminder, Priority, Recurrence, RelativeReminder, ReminderTime,
    Reminders, Rule, Tags, TimeOrDay, Timezone, Title, WallClock, input, within, wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Client, Fault, Reason, Refusal, statement};

use crate::named::{Named, or_repeat};
use crate::tasks::{NewTask, explain};
use crate::{Clock, VersionedJson};

input! {
    /// A new series of recurring tasks.
    pub struct NewSeries {
        /// Id of the series, chosen by the client: a UUID of version 7. With an id, the request can be
        /// repeated at any time, and makes one series. By default TaskFlow chooses one.
        id: Option<ClientId>,
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

input! {
    /// Recurrence of a new task.
    pub struct TaskRecurrence {
        /// Id of the series, chosen by the client: a UUID of version 7. By default TaskFlow chooses one.
        id: Option<ClientId>,
        ..rule: Recurrence,
    }
}

/// New series without its rule.
#[derive(Serialize)]
struct Content<'a, T> {
    id: ItemId,
    task_id: ItemId,
    /// Kind of the answer: `recurring_task` or `task`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<&'a Named<T>>,
    title: &'a Title,
    description: &'a Option<Description>,
    priority: &'a Option<Priority>,
    tags: &'a Option<Tags>,
    /// Reminders of every task.
    reminders: Vec<RelativeReminder>,
    /// Reminders of the first task, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_reminders: Option<&'a Reminders<NewReminder>>,
    allow_past: bool,
}

#[derive(Serialize)]
struct Input<'a, T> {
    #[serde(flatten)]
    content: Content<'a, T>,
    rule: &'a Rule,
    /// True if the time zone was set for this series. Otherwise it follows the time zone of the user.
    own_zone: bool,
    /// Place of the first occurrence.
    place: WallClock,
}

fn insert<T: Serialize>(
    client: &Client<'_>,
    clock: &Clock,
    recurrence: &Recurrence,
    content: Content<T>,
) -> Result<String, Refusal> {
    let own_zone = recurrence.timezone.is_some();
    let timezone = match &recurrence.timezone {
        Some(timezone) => timezone.clone(),
        None => users_zone(&client.before_write())?,
    };
    let start = recurrence.start_date.unwrap_or_else(|| TimeOrDay::today(clock.now, &timezone));
    let rule = recurrence.rule(timezone, start).map_err(Refusal::Invalid)?;
    let first = rule.first().ok_or_else(|| Refusal::fault("a recurrence rule has no first occurrence"))?;
    let input = Input { content, place: rule.place(first.due_date), rule: &rule, own_zone };
    client.one(statement!("create.sql"), &input)
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
    let named = Named::new(series.id, "recurring_task", series);
    let content = Content {
        id: series.id.map_or(clock.ids[0], ItemId::from),
        task_id: clock.ids[1],
        kind: "recurring_task",
        named: named.as_ref(),
        title: &series.title,
        description: &series.description,
        priority: &series.priority,
        tags: &series.tags,
        reminders: series.reminders.as_ref().map_or_else(Vec::new, |reminders| reminders.0.clone()),
        first_reminders: None,
        allow_past: series.allow_past != Some(false),
    };
    let made = insert(client, clock, &series.recurrence, content).map_err(|refusal| match refusal {
        Refusal::Rejected(Reason::PastStartDate) => Refusal::invalid_member("start_date", "is in the past"),
        other => other,
    });
    or_repeat(client, named.as_ref(), made).and_then(VersionedJson::read)
}

/// Creates a task of the caller as the first occurrence of a new series. Returns the JSON of the task.
pub(crate) fn create_from_task(
    client: &Client<'_>,
    clock: &Clock,
    task: &NewTask,
    recurrence: &TaskRecurrence,
    named: Option<&Named<&NewTask>>,
) -> Result<String, Refusal> {
    let invalid_start = |detail| Refusal::Invalid(within("recurrence", wrong_member("start_date", detail)));
    let TaskRecurrence { id, rule } = recurrence;
    let start_date = match (task.due_date, rule.start_date) {
        (Some(due), Some(start)) if due != start => {
            return Err(invalid_start("differs from `due_date`; omit one of them"));
        }
        (due, start) => start.or(due),
    };
    let recurrence = Recurrence { start_date, timezone: rule.timezone.clone(), ..*rule };
    let reminders = task.reminders.iter().flat_map(|reminders| &reminders.0);
    let content = Content {
        id: id.map_or(clock.ids[0], ItemId::from),
        task_id: task.id.map_or(clock.ids[1], ItemId::from),
        kind: "task",
        named,
        title: &task.title,
        description: &task.description,
        priority: &task.priority,
        tags: &task.tags,
        reminders: reminders
            .filter_map(|reminder| match &reminder.time {
                ReminderTime::Before(before) => Some(RelativeReminder { before: before.clone() }),
                ReminderTime::At(_) => None,
            })
            .collect(),
        first_reminders: task.reminders.as_ref(),
        allow_past: task.allow_past == Some(true),
    };
    insert(client, clock, &recurrence, content).map_err(|refusal| match refusal {
        Refusal::Invalid(errors) => Refusal::Invalid(within("recurrence", errors)),
        Refusal::Rejected(Reason::PastStartDate) if task.due_date.is_none() => {
            invalid_start("is in the past; send `\"allow_past\": true` to allow that")
        }
        Refusal::Rejected(Reason::PastStartDate) => explain(Refusal::Rejected(Reason::PastDueDate)),
        other => other,
    })
}
