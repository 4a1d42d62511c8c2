//! A series is made, with its first occurrence.

use domain::{
    Anchor, DayOfMonth, Description, DueDate, Field, Frequency, Interval, NewReminder, Priority, Recurrence,
    RelativeReminder, Reminders, Rule, Tags, TaskId, Timezone, Title, WallClock, Weekdays, input, within, wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::tasks::{NewTask, refused};
use crate::{Answer, Clock, Problem};

input! {
    /// A series to be made.
    pub struct NewSeries {
        /// What is to be done.
        title: Title,
        /// More about it.
        description: Option<Description>,
        /// How much it matters; `medium` when nothing is said.
        priority: Option<Priority>,
        /// What its tasks are filed under.
        tags: Option<Tags>,
        /// What the interval counts.
        frequency: Frequency,
        /// Every how many days, weeks, months or years: 1 when nothing is said.
        interval: Interval,
        /// Weekly: on which days; on that of the start when nothing is said.
        by_weekday: Option<Weekdays>,
        /// Monthly: on which day, 1 to 31 or `last`; on that of the start when nothing is said.
        day_of_month: Option<DayOfMonth>,
        /// What the next occurrence is counted from: the `schedule`, when nothing is said, or the `completion` of the last one.
        anchor: Anchor,
        /// The first occurrence, or the day from which on the first one comes that fits; today when nothing is said.
        start_date: Option<DueDate>,
        /// The time or the day after which nothing comes any more.
        end_date: Option<DueDate>,
        /// The zone whose clocks it follows; the user's, wherever they live then, when nothing is said.
        timezone: Option<Timezone>,
        /// When to remind of each of its tasks.
        reminders: Option<Reminders<RelativeReminder>>,
        /// Whether it may begin in the past; it may, when nothing is said.
        allow_past: Option<bool>,
    }
}

/// What is made, apart from when.
#[derive(Serialize)]
struct Wanted<'a> {
    title: &'a Title,
    description: &'a Option<Description>,
    priority: &'a Option<Priority>,
    tags: &'a Option<Tags>,
    /// Of each task.
    reminders: Vec<RelativeReminder>,
    /// Of the first one alone.
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

/// The JSON texts of a series and its first task.
struct Made {
    series: String,
    task: String,
}

fn make(principal: &Principal, clock: &Clock, recurrence: &Recurrence, wanted: Wanted) -> Result<Made, Problem> {
    let own_zone = recurrence.timezone.is_some();
    let timezone = match &recurrence.timezone {
        Some(timezone) => timezone.clone(),
        None => users_zone(principal)?,
    };
    let start = recurrence.start_date.unwrap_or_else(|| DueDate::today(clock.now, &timezone));
    let rule = recurrence.rule(timezone, start).map_err(Problem::Invalid)?;
    let first = rule.first().ok_or_else(|| Refusal::fault("a rule without a first occurrence"))?;
    let [id, task_id] = clock.ids;
    let input = Input { id, task_id, wanted, place: rule.place(first.due_date), rule: &rule, own_zone };
    match <[String; 2]>::try_from(store::run(statement!("create.sql"), principal, &input)?) {
        Ok([series, task]) => Ok(Made { series, task }),
        Err(_) => Err(Refusal::fault("a series is made in two rows").into()),
    }
}

/// In which zone the caller lives.
pub fn users_zone(principal: &Principal) -> Result<Timezone, Refusal> {
    let zone = store::one(statement!("zone.sql"), principal, &json!({}))?;
    let zone: Value = serde_json::from_str(&zone).unwrap_or_default();
    Timezone::parse(&zone).map_err(|_| Refusal::fault("a user in a zone that nobody knows"))
}

/// Makes a series of the caller, and its first task.
pub fn create(principal: &Principal, clock: &Clock, series: &NewSeries) -> Result<Answer, Problem> {
    let recurrence = Recurrence {
        frequency: series.frequency,
        interval: series.interval,
        by_weekday: series.by_weekday,
        day_of_month: series.day_of_month,
        anchor: series.anchor,
        start_date: series.start_date,
        end_date: series.end_date,
        timezone: series.timezone.clone(),
    };
    let wanted = Wanted {
        title: &series.title,
        description: &series.description,
        priority: &series.priority,
        tags: &series.tags,
        reminders: series.reminders.as_ref().map_or_else(Vec::new, |reminders| reminders.0.clone()),
        once: Vec::new(),
        allow_past: series.allow_past != Some(false),
    };
    let made = make(principal, clock, &recurrence, wanted).map_err(|problem| match problem {
        Problem::Refused(Refusal::Said(word)) if word == "past_start_date" => {
            Problem::member("start_date", "is in the past")
        }
        other => other,
    });
    Ok(Answer::read(made?.series)?)
}

/// Makes a task of the caller that comes back: the first one of a series.
pub(crate) fn create_from_task(
    principal: &Principal,
    clock: &Clock,
    task: &NewTask,
    recurrence: &Recurrence,
) -> Result<Answer, Problem> {
    let wrong = |detail| Problem::Invalid(within("recurrence", wrong_member("start_date", detail)));
    let start_date = match (task.due_date, recurrence.start_date) {
        (Some(due), Some(start)) if due != start => {
            return Err(wrong("is another one than `due_date`: leave one of them out"));
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
    let made = make(principal, clock, &recurrence, wanted).map_err(|problem| match problem {
        Problem::Invalid(errors) => Problem::Invalid(within("recurrence", errors)),
        Problem::Refused(Refusal::Said(word)) if word == "past_start_date" && task.due_date.is_none() => {
            wrong("is in the past; if that is meant, send `\"allow_past\": true` too")
        }
        Problem::Refused(Refusal::Said(word)) if word == "past_start_date" => {
            refused(Refusal::Said("past_due_date".into()))
        }
        other => other,
    });
    Ok(Answer::read(made?.task)?)
}
