//! Recurrence of a new series.

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::{Date, Time, Weekday};
use serde_json::{Map, Value, json};

use super::remind::{IN_THE_MORNING, MORNING};
use crate::answer::{Choice, Operation, Understanding};
use crate::day::{Day, Month, Place};
use crate::number::Amount;
use crate::recurrence::{Ending, Recurrence};
use crate::reminder::{Reminder, duration};
use crate::resolve::{Aim, Now, Point, add_days, monday, month_start, point_words, resolve, shifted};
use crate::slots::Slots;
use crate::when::When;

/// Series, resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    pub start: Option<Point>,
    end: Option<Point>,
    rule: Option<Recurrence>,
    question: Option<String>,
    /// Starts, if it has to be asked.
    options: Vec<Point>,
    notes: Vec<String>,
    is_reminder: bool,
}

/// Years in which a series can begin and end.
const YEARS: std::ops::RangeInclusive<i16> = 2..=9997;

/// Resolves a recurrence. A series without a start begins at its first date from today.
pub fn series(rule: &Recurrence, slots: &Slots, is_reminder: bool, now: &Now) -> Series {
    let mut series = Series { rule: Some(rule.clone()), is_reminder, ..Series::default() };
    let mut time = rule.time.as_ref().and_then(|time| time_of(time, now));
    if time.is_none() && is_reminder {
        // A reminder needs a time.
        time = Some(Time::constant(MORNING, 0, 0, 0));
        series.notes.push(IN_THE_MORNING.to_owned());
    }
    let said =
        rule.start.clone().or_else(|| slots.times().into_iter().find(|when| when.day.is_some()).cloned());
    let begin = match &said {
        None => now.today(),
        Some(when) => match start(when, now) {
            Ok(date) => date,
            Err((question, options)) => {
                series.question = question;
                series.options = options.into_iter().filter_map(|date| now.point(date, time).0).collect();
                return series;
            }
        },
    };
    let first = first(rule, begin).and_then(|date| {
        let (point, note) = now.point(date, time);
        let has_passed = said.is_none() && point.is_some_and(|point| point.has_passed(now));
        if !has_passed {
            return Some((point?, note));
        }
        // Today's time has passed: the next date of the rule.
        let (point, note) = now.point(following(rule, date)?, time);
        Some((point?, note))
    });
    match first.filter(|(point, _)| YEARS.contains(&point.date.year())) {
        Some((point, note)) => {
            series.start = Some(point);
            series.notes.extend(note);
        }
        None => series.question = Some("When should it begin?".to_owned()),
    }
    let end = rule.end.as_ref().and_then(|end| ending(end, begin, now));
    series.end = end.filter(|end| YEARS.contains(&end.date.year()));
    if let (Some(start), Some(end)) = (series.start, series.end)
        && end.date < start.date
    {
        series.end = None;
        series.question = Some(format!(
            "{} is before the first date, {}. When should it end?",
            point_words(end, now),
            point_words(start, now)
        ));
    }
    if let Some(DayOfMonth::Number(day @ 29..)) = rule.day_of_month {
        series.notes.push(format!("In months without a day {day}, the task is due on the last day."));
    }
    if rule.date == Some((2, 29)) {
        series.notes.push("In years without a 29 February, the task is due on 28 February.".to_owned());
    }
    series
}

fn time_of(when: &When, now: &Now) -> Option<Time> {
    resolve(when, now, Aim::Coming).points.first().and_then(|point| point.time)
}

/// Returns the start of a series, or a question with the dates to choose from.
fn start(when: &When, now: &Now) -> Result<Date, (Option<String>, Vec<Date>)> {
    // "starting in May" during May is today.
    if let Some(Day::EdgeOfMonth { month: Month::Named { month, year: None }, place: Place::First }) =
        when.day
        && month == now.today().month()
    {
        return Ok(now.today());
    }
    let day = When { clock: None, part: None, ..when.clone() };
    let found = resolve(&day, now, Aim::Coming);
    match (found.question, found.points.as_slice()) {
        (None, [point, ..]) => Ok(point.date),
        (question, points) => Err((question, points.iter().map(|point| point.date).collect())),
    }
}

/// First date of the rule on or after a day.
fn first(rule: &Recurrence, begin: Date) -> Option<Date> {
    match (rule.frequency, rule.day_of_month, rule.date) {
        (Frequency::Weekly, ..) if !rule.weekdays.is_empty() => (0..7)
            .filter_map(|days| add_days(begin, days))
            .find(|date| rule.weekdays.contains(&date.weekday())),
        (Frequency::Monthly, Some(day), _) => {
            (0..2).filter_map(|months| in_month(month_start(begin, months)?, day)).find(|date| *date >= begin)
        }
        (Frequency::Yearly, _, Some((month, day))) => (0..=8)
            .filter_map(|years| Date::new(begin.year() + years, month, day).ok())
            .find(|date| *date >= begin),
        _ => Some(begin),
    }
}

fn in_month(first: Date, day: DayOfMonth) -> Option<Date> {
    let last = first.last_of_month();
    match day {
        DayOfMonth::Number(day) if day <= last.day() => Date::new(first.year(), first.month(), day).ok(),
        DayOfMonth::Number(_) | DayOfMonth::Last => Some(last),
    }
}

/// Next date of the rule after one whose time has passed today.
fn following(rule: &Recurrence, date: Date) -> Option<Date> {
    let unit = Amount::default();
    match rule.frequency {
        Frequency::Daily => add_days(date, 1),
        Frequency::Weekly if rule.weekdays.is_empty() => add_days(date, 7),
        Frequency::Monthly if rule.day_of_month.is_none() => shifted(date, Amount { months: 1, ..unit }),
        Frequency::Yearly if rule.date.is_none() => shifted(date, Amount { years: 1, ..unit }),
        _ => first(rule, add_days(date, 1)?),
    }
}

fn ending(end: &Ending, begin: Date, now: &Now) -> Option<Point> {
    match end {
        Ending::On(when) => resolve(when, now, Aim::Coming).points.first().copied(),
        Ending::After(amount) => {
            let date = shifted(begin, *amount).and_then(|date| add_days(date, -1))?;
            Some(Point { date, time: None, instant: None })
        }
    }
}

/// Adds the arguments of a series.
pub fn complete(understood: &mut Understanding, series: Series, slots: &Slots, now: &Now) {
    let Some(rule) = &series.rule else { return };
    if rule.is_unsupported {
        understood.ask(
            "TaskFlow cannot repeat a task like that: only every so many days, weeks, months or years, on days of \
             the week, or on a day of the month. How should it repeat?",
        );
        let data = understood.data.clone();
        understood.options =
            vec![Choice { label: "Add it once".to_owned(), operation: Operation::AddTask, data }];
        return;
    }
    understood.notes.extend(series.notes.iter().cloned());
    put_rule(&mut understood.data, rule);
    let reminders = reminders(slots, &series, understood);
    if !reminders.is_empty() {
        understood.data.insert("reminders".to_owned(), Value::Array(reminders));
    }
    if let Some(end) = series.end {
        understood.data.insert("end_date".to_owned(), end.to_text(now).into());
    }
    if let Some(start) = series.start {
        understood.data.insert("start_date".to_owned(), start.to_text(now).into());
    }
    if rule.is_weekend {
        ask_about_weekend(understood, series.start, now);
    }
    if let Some(start) = series.start.filter(|start| start.has_passed(now)) {
        understood.data.insert("allow_past".to_owned(), true.into());
        understood.ask(format!("{} is in the past. Should it begin there?", point_words(start, now)));
    }
    if let Some(question) = &series.question {
        understood.ask(question.clone());
        let option = |point: &Point| {
            let mut data = understood.data.clone();
            data.insert("start_date".to_owned(), point.to_text(now).into());
            Choice { label: point_words(*point, now), operation: Operation::CreateRecurringTask, data }
        };
        understood.options = series.options.iter().map(option).collect();
    }
}

fn put_rule(data: &mut Map<String, Value>, rule: &Recurrence) {
    data.insert("frequency".to_owned(), rule.frequency.as_str().into());
    if rule.interval != 1 {
        data.insert("interval".to_owned(), rule.interval.into());
    }
    if !rule.weekdays.is_empty() {
        let words: Vec<&str> = rule.weekdays.iter().map(|day| weekday_word(*day)).collect();
        data.insert("by_weekday".to_owned(), json!(words));
    }
    if let Some(day) = rule.day_of_month {
        data.insert("day_of_month".to_owned(), day.into());
    }
    if rule.anchor == Anchor::Completion {
        data.insert("anchor".to_owned(), "completion".into());
    }
}

fn weekday_word(weekday: Weekday) -> &'static str {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][weekday.to_monday_zero_offset() as usize]
}

/// A weekend is its Saturday, but every weekend may be both days.
fn ask_about_weekend(understood: &mut Understanding, start: Option<Point>, now: &Now) {
    understood.ask("Should it be every Saturday, or every Saturday and Sunday?");
    let both = understood.data.clone();
    let mut saturday = both.clone();
    saturday.insert("by_weekday".to_owned(), json!(["sat"]));
    if let Some(start) = start.filter(|start| start.date.weekday() == Weekday::Sunday) {
        let next = monday(start.date)
            .and_then(|monday| add_days(monday, 12))
            .and_then(|date| now.point(date, start.time).0);
        if let Some(next) = next {
            saturday.insert("start_date".to_owned(), next.to_text(now).into());
        }
    }
    let option = |label: &str, data| Choice {
        label: label.to_owned(),
        operation: Operation::CreateRecurringTask,
        data,
    };
    understood.options = vec![option("Every Saturday", saturday), option("Every Saturday and Sunday", both)];
}

/// Reminders of a series are relative to each of its dates.
fn reminders(slots: &Slots, series: &Series, understood: &mut Understanding) -> Vec<Value> {
    let mut reminders = Vec::new();
    let has_time = series.start.is_some_and(|start| start.time.is_some());
    for found in &slots.reminders {
        let before = match &found.value {
            Reminder::Before(amount) => duration(*amount),
            Reminder::DaysBefore(..) | Reminder::At(_) => None,
        };
        match before {
            Some(before) => reminders.push(json!({ "before": before })),
            None => understood.ask("How long before each date should I remind you?"),
        }
    }
    if series.is_reminder && has_time && reminders.is_empty() {
        reminders.push(json!({ "before": "0m" }));
    }
    reminders
}
