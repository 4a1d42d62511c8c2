//! Reminders of a new task.

use jiff::civil::time;
use serde_json::{Map, Value, json};

use super::due::usual_days;
use crate::answer::{Choice, Operation};
use crate::number::Amount;
use crate::reminder::{Reminder, duration};
use crate::resolve::{Aim, Now, Point, add_days, resolve};
use crate::slots::Slots;
use crate::when::When;
use crate::words::Unit;

/// Hour at which people are reminded of a day.
pub const MORNING: i8 = 9;

/// Note on a reminder whose time was not said.
pub const IN_THE_MORNING: &str = "Without a time, you are reminded at 9:00.";

/// Puts reminders into the arguments of a task, and returns the question that they raise.
pub fn put(
    data: &mut Map<String, Value>,
    slots: &Slots,
    due: Option<Point>,
    is_reminder: bool,
    now: &Now,
) -> Option<String> {
    let mut reminders = Vec::new();
    let mut question = None;
    for found in &slots.reminders {
        match one(&found.value, due, now) {
            Ok(reminder) => reminders.push(reminder),
            Err(asked) => question = Some(asked),
        }
    }
    if is_reminder && slots.reminders.is_empty() {
        match at_due_date(due, now) {
            Ok(reminder) => reminders.push(reminder),
            Err(asked) => question = Some(asked),
        }
    }
    if !reminders.is_empty() {
        data.insert("reminders".to_owned(), Value::Array(reminders));
    }
    question
}

/// Reminds when the task is due, or in the morning of its day.
fn at_due_date(due: Option<Point>, now: &Now) -> Result<Value, String> {
    let Some(due) = due else { return Err("When should I remind you?".to_owned()) };
    if due.time.is_some() {
        return Ok(json!({ "before": "0m" }));
    }
    let morning = now.point(due.date, Some(time(MORNING, 0, 0, 0))).0;
    match morning.filter(|point| !point.has_passed(now)) {
        Some(point) => Ok(json!({ "at": point.to_text(now) })),
        None => Err("At what time should I remind you?".to_owned()),
    }
}

fn one(reminder: &Reminder, due: Option<Point>, now: &Now) -> Result<Value, String> {
    let needs_date = || "A reminder before the due date needs one. When is the task due?".to_owned();
    match reminder {
        Reminder::Before(amount) => {
            let duration =
                duration(*amount).ok_or_else(|| "How long before should I remind you?".to_owned())?;
            due.map(|_| json!({ "before": duration })).ok_or_else(needs_date)
        }
        Reminder::DaysBefore(days, when) => {
            let due = due.ok_or_else(needs_date)?;
            let point = resolve(when, now, Aim::Coming).points.first().copied();
            let at =
                add_days(due.date, -days).zip(point).and_then(|(date, point)| now.point(date, point.time).0);
            at_point(at.ok_or_else(needs_date)?, now)
        }
        Reminder::At(when) => at_point(at(when, due, now)?, now),
    }
}

fn at_point(point: Point, now: &Now) -> Result<Value, String> {
    if point.has_passed(now) {
        return Err("That reminder would be in the past. When should I remind you?".to_owned());
    }
    Ok(json!({ "at": point.to_text(now) }))
}

/// Point in time of a reminder: a time without a day is on the day of the task, if it is before the task.
fn at(when: &When, due: Option<Point>, now: &Now) -> Result<Point, String> {
    let found = resolve(when, now, Aim::Coming);
    let asked = || "When should I remind you?".to_owned();
    if let Some(question) = found.question {
        return Err(question);
    }
    let point = found.points.first().copied().ok_or_else(asked)?;
    let Some(clock) = point.time else {
        return now
            .point(point.date, Some(time(MORNING, 0, 0, 0)))
            .0
            .filter(|point| !point.has_passed(now))
            .ok_or_else(asked);
    };
    let has_day = when.day.is_some() || when.offset.is_some();
    let on_day = due.filter(|_| !has_day).and_then(|due| {
        let same = now.point(due.date, Some(clock)).0?;
        let is_before = due.instant.is_none() || same.instant < due.instant;
        (is_before && !same.has_passed(now)).then_some(same)
    });
    Ok(on_day.unwrap_or(point))
}

/// Answers to "when should I remind you?".
pub fn options(data: &Map<String, Value>, due: Option<Point>, now: &Now) -> Vec<Choice> {
    let hour = When { offset: Some(Amount::of(1, Unit::Hour)), ..When::default() };
    let soon = resolve(&hour, now, Aim::Coming)
        .points
        .first()
        .copied()
        .map(|point| ("In one hour".to_owned(), point));
    let evening = now.point(now.today(), Some(time(18, 0, 0, 0))).0.filter(|point| !point.has_passed(now));
    let evening = evening.map(|point| ("Today at 18:00".to_owned(), point));
    let tomorrow = usual_days(now).into_iter().take(1).filter_map(|(_, point)| {
        now.point(point.date, Some(time(MORNING, 0, 0, 0)))
            .0
            .map(|point| ("Tomorrow at 9:00".to_owned(), point))
    });
    let options = soon.into_iter().chain(evening).chain(tomorrow).filter(|(_, point)| {
        // A task of today is not reminded of tomorrow.
        due.is_none_or(|due| point.date <= due.date)
    });
    options
        .map(|(label, point)| {
            let mut data = data.clone();
            data.insert("reminders".to_owned(), json!([{ "at": point.to_text(now) }]));
            Choice { label, operation: Operation::AddTask, data }
        })
        .collect()
}
