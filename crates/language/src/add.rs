//! New tasks and series: from the attributes of a sentence to the arguments of `add_task` and
//! `create_recurring_task`.

mod due;
mod remind;
mod repeat;

use std::ops::Range;

use domain::Tag;
use serde_json::{Map, Value, json};

use crate::answer::{Choice, Operation, Span, SpanKind, Understanding, is_valid};
use crate::label::MAX_TAGS;
use crate::resolve::{Now, Point, point_words};
use crate::slots::{Slots, slots};
use crate::text::Text;
use crate::title::title;

pub use due::{Due, due};
pub use repeat::{Series, series};

/// New task in a sentence.
pub struct NewTask {
    /// Tokens of the sentence.
    pub tokens: Range<usize>,
    /// Words that say what to do, which are no part of the title.
    pub commands: Vec<Range<usize>>,
    /// True if the sentence asks for a reminder.
    pub is_reminder: bool,
    /// Tag for the list that the sentence names.
    pub list: Option<String>,
    /// Title for sentences that name only a reminder or an alarm.
    pub default_title: Option<&'static str>,
    /// Confidence that the sentence is a new task.
    pub confidence: f64,
}

/// Longest title, in characters.
const MAX_TITLE: usize = 500;

/// Makes the understanding of a new task.
pub fn add(text: &Text, new: &NewTask, now: &Now) -> Understanding {
    let slots = found(text, new);
    let mut spans = spans(text, &slots, new);
    let due = due(&slots, now);
    let series = slots.recurrence.as_ref().map(|found| series(&found.value, &slots, new.is_reminder, now));
    settle(&mut spans, &due, series.as_ref(), &slots, text, now);
    let cut = title(text, new.tokens.clone(), spans);
    let title = cut.title.or_else(|| new.default_title.map(str::to_owned));

    let operation = if series.is_some() { Operation::CreateRecurringTask } else { Operation::AddTask };
    let mut understood = Understanding::new(operation, confidence(new, &slots));
    understood.spans = cut.spans;
    match &title {
        None => understood.ask("What is the task?"),
        Some(title) if title.chars().count() > MAX_TITLE => {
            understood.ask(format!("A title has at most {MAX_TITLE} characters. What is the title?"));
        }
        Some(title) => understood = understood.with("title", title.as_str()),
    }
    if let Some(priority) = &slots.priority {
        understood = understood.with("priority", priority.value.as_str());
    }
    let tags = tags(&slots, new);
    if !tags.is_empty() {
        understood = understood.with("tags", json!(tags));
    }
    match series {
        Some(series) => repeat::complete(&mut understood, series, &slots, now),
        None => complete(&mut understood, &due, &slots, new.is_reminder, now),
    }
    understood
}

/// Attributes outside of the words that say what to do.
fn found(text: &Text, new: &NewTask) -> Slots {
    let mut all = Slots::default();
    let mut begin = new.tokens.start;
    let ends = new.commands.iter().map(|range| range.start).chain([new.tokens.end]);
    let nexts = new.commands.iter().map(|range| range.end).chain([new.tokens.end]);
    for (end, next) in ends.zip(nexts) {
        if begin < end {
            all.extend(slots(text, begin..end));
        }
        begin = next.max(begin);
    }
    all.joined()
}

fn confidence(new: &NewTask, slots: &Slots) -> f64 {
    let has_more = !slots.whens.is_empty()
        || slots.recurrence.is_some()
        || slots.priority.is_some()
        || !slots.tags.is_empty();
    if has_more { new.confidence.max(0.85) } else { new.confidence }
}

fn tags(slots: &Slots, new: &NewTask) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in slots.tags.iter().flat_map(|found| &found.value).chain(&new.list) {
        let is_known = tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase());
        if !is_known && is_valid::<Tag>(tag) {
            tags.push(tag.clone());
        }
    }
    tags.truncate(MAX_TAGS);
    tags
}

/// Spans of everything that leaves the title.
fn spans(text: &Text, slots: &Slots, new: &NewTask) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut push = |tokens: &Range<usize>, kind, value: Option<Value>| {
        let place = text.place(tokens.clone());
        if place.start < place.end {
            spans.push(Span { from: place.start, to: place.end, kind, value });
        }
    };
    for command in &new.commands {
        push(command, SpanKind::Command, None);
    }
    for when in &slots.whens {
        push(&when.tokens, SpanKind::Date, None);
    }
    for tokens in slots.no_date.iter().chain(&slots.vague) {
        push(tokens, SpanKind::Date, None);
    }
    if let Some(rule) = &slots.recurrence {
        push(&rule.tokens, SpanKind::Recurrence, None);
    }
    for reminder in &slots.reminders {
        push(&reminder.tokens, SpanKind::Reminder, None);
    }
    if let Some(priority) = &slots.priority {
        push(&priority.tokens, SpanKind::Priority, Some(priority.value.as_str().into()));
    }
    for tags in &slots.tags {
        push(&tags.tokens, SpanKind::Tag, Some(json!(tags.value)));
    }
    spans
}

/// Adds what dates mean to their spans.
fn settle(spans: &mut [Span], due: &Due, series: Option<&Series>, slots: &Slots, text: &Text, now: &Now) {
    if let (Some(point), None) = (due.point, series) {
        for when in &slots.whens {
            let place = text.place(when.tokens.clone());
            for span in
                spans.iter_mut().filter(|span| span.from == place.start && span.kind == SpanKind::Date)
            {
                span.value = Some(point.to_text(now).into());
            }
        }
    }
    if let Some(start) = series.and_then(|series| series.start) {
        for span in spans.iter_mut().filter(|span| span.kind == SpanKind::Recurrence) {
            span.value = Some(start.to_text(now).into());
        }
    }
}

/// Adds due date and reminders of a task.
fn complete(understood: &mut Understanding, due: &Due, slots: &Slots, is_reminder: bool, now: &Now) {
    understood.notes.extend(due.notes.iter().cloned());
    if let Some(question) = &due.question {
        understood.ask(question.clone());
        understood.options = due
            .options
            .iter()
            .map(|point| {
                let mut data = understood.data.clone();
                put_due_date(&mut data, *point, now);
                remind::put(&mut data, slots, Some(*point), is_reminder, now);
                Choice { label: point_words(*point, now), operation: Operation::AddTask, data }
            })
            .collect();
        return;
    }
    if let Some(point) = due.point {
        put_due_date(&mut understood.data, point, now);
        if point.has_passed(now) {
            understood
                .ask(format!("{} is in the past. Should it be added all the same?", point_words(point, now)));
        }
    }
    let asked = remind::put(&mut understood.data, slots, due.point, is_reminder, now);
    let is_all_day = due.point.is_some_and(|point| point.time.is_none());
    if is_reminder && is_all_day && slots.reminders.is_empty() && asked.is_none() {
        understood.notes.push(remind::IN_THE_MORNING.to_owned());
    }
    if let Some(question) = asked {
        understood.ask(question);
        if understood.options.is_empty() {
            understood.options = remind::options(&understood.data, due.point, now);
        }
    }
    if slots.vague.is_some() && due.point.is_none() && understood.options.is_empty() {
        understood.ask("When should it be due?");
        understood.options = vague_options(&understood.data, is_reminder, slots, now);
    }
}

/// Puts a due date into the arguments. One in the past is allowed, as it has to be confirmed.
pub fn put_due_date(data: &mut Map<String, Value>, point: Point, now: &Now) {
    data.insert("due_date".to_owned(), point.to_text(now).into());
    if point.has_passed(now) {
        data.insert("allow_past".to_owned(), true.into());
    }
}

/// Answers to "when?" after a vague time.
fn vague_options(data: &Map<String, Value>, is_reminder: bool, slots: &Slots, now: &Now) -> Vec<Choice> {
    let mut options: Vec<Choice> = due::usual_days(now)
        .into_iter()
        .map(|(label, point)| {
            let mut data = data.clone();
            put_due_date(&mut data, point, now);
            remind::put(&mut data, slots, Some(point), is_reminder, now);
            Choice { label, operation: Operation::AddTask, data }
        })
        .collect();
    options.push(Choice { label: "No date".to_owned(), operation: Operation::AddTask, data: data.clone() });
    options
}
