//! Filters of a list: dates, priorities, tags, status, words, order.

use std::ops::Range;

use domain::{Priority, Search, Tag};
use serde_json::{Map, Value, json};

use crate::answer::{Choice, Operation, Span, SpanKind, Understanding, is_valid};
use crate::label::{level, tags};
use crate::list::{list_phrase, thing};
use crate::number::cardinal;
use crate::period::{Bounds, Period, bounds, period};
use crate::phrases::Phrases;
use crate::resolve::{Aim, Now, Point, point_words};
use crate::slots::NO_DATE;
use crate::text::Text;
use crate::when::Found;

/// Reads the filters of a question: dates, priority, tags, status, order.
pub fn filters(text: &Text, tokens: Range<usize>, aim: Aim, now: &Now) -> Understanding {
    let mut understood = Understanding::new(Operation::ListTasks, 0.85);
    let mut found = Filters::default();
    let mut at = tokens.start;
    while at < tokens.end {
        at = found.read(text, at, tokens.end, &mut understood.spans).unwrap_or(at + 1);
    }
    found.put(&mut understood, aim, now);
    let data = &understood.data;
    let is_sorted = data.contains_key("sort_by");
    let others = data
        .keys()
        .filter(|name| !matches!(name.as_str(), "sort_by" | "sort_order" | "status" | "limit"))
        .count();
    let others = others + usize::from(understood.question.is_some());
    understood.operation = match (others, is_sorted, data.contains_key("search")) {
        (0, true, _) => Operation::SortTasks,
        (0, false, _) => Operation::ListTasks,
        (1, false, true) => Operation::SearchTasks,
        _ => Operation::FilterTasks,
    };
    understood
}

/// Filters as they are found.
#[derive(Default)]
struct Filters {
    periods: Vec<Found<Period>>,
    priorities: Vec<Priority>,
    tags: Vec<String>,
    search: Option<String>,
    limit: Option<u32>,
    is_completed: bool,
    is_overdue: bool,
    is_deleted: bool,
    is_missed: bool,
    /// "without a due date", for which there is no filter.
    is_undated: bool,
    sort: Option<(&'static str, &'static str)>,
}

const SORTS: [(&str, &str, &str); 28] = [
    ("most important first", "priority", "desc"),
    ("most urgent first", "priority", "desc"),
    ("most important", "priority", "desc"),
    ("most urgent", "priority", "desc"),
    ("highest priority first", "priority", "desc"),
    ("lowest priority first", "priority", "asc"),
    ("by priority", "priority", "desc"),
    ("by importance", "priority", "desc"),
    ("by urgency", "priority", "desc"),
    ("newest first", "created_at", "desc"),
    ("newest", "created_at", "desc"),
    ("latest first", "created_at", "desc"),
    ("oldest first", "created_at", "asc"),
    ("oldest", "created_at", "asc"),
    ("by creation date", "created_at", "asc"),
    ("by due date", "due_date", "asc"),
    ("by date", "due_date", "asc"),
    ("by deadline", "due_date", "asc"),
    ("soonest first", "due_date", "asc"),
    ("nearest first", "due_date", "asc"),
    ("alphabetically", "title", "asc"),
    ("in alphabetical order", "title", "asc"),
    ("by title", "title", "asc"),
    ("by name", "title", "asc"),
    ("recently updated", "updated_at", "desc"),
    ("recently changed", "updated_at", "desc"),
    ("recently completed", "completed_at", "desc"),
    ("recently finished", "completed_at", "desc"),
];

impl Filters {
    /// Reads the filter that begins at a token, and returns its end.
    fn read(&mut self, text: &Text, at: usize, limit: usize, spans: &mut Vec<Span>) -> Option<usize> {
        if text.is_opaque(at) {
            return None;
        }
        let (kind, end) = self
            .order(text, at, limit)
            .map(|end| (None, end))
            .or_else(|| self.label(text, at, limit))
            .or_else(|| self.status(text, at).map(|end| (None, end)))
            .or_else(|| self.words(text, at, limit).map(|end| (None, end)))
            .or_else(|| self.list(text, at, limit).map(|end| (None, end)))
            .or_else(|| self.period(text, at, limit))?;
        if let Some(kind) = kind {
            let place = text.place(at..end);
            spans.push(Span { from: place.start, to: place.end, kind, value: None });
        }
        Some(end)
    }

    /// "newest first", "by priority", "the three most urgent tasks".
    fn order(&mut self, text: &Text, at: usize, limit: usize) -> Option<usize> {
        let found = SORTS.iter().filter_map(|(phrase, key, order)| {
            text.phrase(at, phrase).filter(|end| *end <= limit).map(|end| (end, (*key, *order)))
        });
        if let Some((end, sort)) = found.max_by_key(|(end, _)| *end) {
            self.sort = Some(sort);
            return Some(end);
        }
        // "show my 5 tasks", "the next three events"
        let (count, end) = cardinal(text, at).filter(|(count, _)| (1..=200).contains(count))?;
        let is_plural = |at: usize| thing(text.at(at)).is_some() && text.at(at).ends_with('s');
        let names_things = is_plural(end)
            || (text.is(end, &["most", "next", "newest", "oldest", "open"]) && (end..end + 4).any(is_plural));
        names_things.then(|| {
            self.limit = Some(count);
            end
        })
    }

    /// Priorities and tags.
    fn label(&mut self, text: &Text, at: usize, limit: usize) -> Option<(Option<SpanKind>, usize)> {
        if let Some(found) = tags(text, at).filter(|found| found.tokens.end <= limit) {
            self.tags.extend(found.value.into_iter().filter(|tag| is_valid::<Tag>(tag)));
            return Some((Some(SpanKind::Tag), found.tokens.end));
        }
        if let Some((priority, end)) = priority_filter(text, at).filter(|(_, end)| *end <= limit) {
            self.priorities.push(priority);
            return Some((Some(SpanKind::Priority), end));
        }
        let tag = tag_before_noun(text, at).filter(|tag| is_valid::<Tag>(tag))?;
        self.tags.push(tag);
        Some((Some(SpanKind::Tag), at + 1))
    }

    /// "overdue", "completed", "deleted", "missed", "without a due date".
    fn status(&mut self, text: &Text, at: usize) -> Option<usize> {
        if let Some(end) = NO_DATE.end(text, at) {
            self.is_undated = true;
            return Some(end);
        }
        if let Some(end) = text.any_phrase(at, &["past due", "overdue"]) {
            self.is_overdue = true;
            return Some(end);
        }
        match text.at(at) {
            "late" if thing(text.at(at + 1)).is_some() => self.is_overdue = true,
            "completed" | "finished" | "done" | "accomplished" | "finish" | "complete" | "do"
                if is_about_done(text, at) =>
            {
                self.is_completed = true;
            }
            "deleted" | "trash" | "trashed" => self.is_deleted = true,
            "delete" if text.is_after(at, &["i", "we"]) => self.is_deleted = true,
            "missed" => self.is_missed = true,
            _ => return None,
        }
        Some(at + 1)
    }

    /// "tasks about the garden": words up to the next filter.
    fn words(&mut self, text: &Text, at: usize, limit: usize) -> Option<usize> {
        let is_said =
            text.is(at, &["about", "containing", "mentioning", "named", "called", "regarding", "concerning"]);
        let is_after_noun =
            thing(text.before(at)).is_some() || text.is_after(at, &["everything", "anything", "all"]);
        if !is_said || !is_after_noun {
            return None;
        }
        let begin = text.any_phrase(at + 1, &["the", "my", "a"]).unwrap_or(at + 1);
        let end = (begin..limit)
            .find(|&at| {
                period(text, at).is_some() || text.is_sign(at) || text.is(at, &["that", "which", "due"])
            })
            .unwrap_or(limit);
        let words = text.original(begin..end);
        (begin < end && is_valid::<Search>(&words)).then(|| {
            self.search = Some(words);
            end
        })
    }

    /// "my shopping list": its name is a tag.
    fn list(&mut self, text: &Text, at: usize, limit: usize) -> Option<usize> {
        let list = list_phrase(text, at).filter(|list| list.end <= limit && list.end > at + 1)?;
        if let Some(tag) = list.tag.filter(|_| self.tags.is_empty()) {
            self.tags.push(tag);
        }
        Some(list.end)
    }

    fn period(&mut self, text: &Text, at: usize, limit: usize) -> Option<(Option<SpanKind>, usize)> {
        let found = period(text, at).filter(|found| found.tokens.end <= limit)?;
        let end = found.tokens.end;
        self.periods.push(found);
        Some((Some(SpanKind::Date), end))
    }

    /// Puts the filters into the arguments.
    fn put(self, understood: &mut Understanding, aim: Aim, now: &Now) {
        let aim = if self.is_completed { Aim::Passed } else { aim };
        let names = if self.is_completed {
            ("completed_after", "completed_before")
        } else {
            ("due_after", "due_before")
        };
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                understood.data.insert(name.to_owned(), value);
            }
        };
        let yes = |is: bool| is.then_some(Value::from(true));
        put("status", (self.is_completed && self.periods.is_empty()).then_some("completed".into()));
        put("deleted", yes(self.is_deleted));
        put("overdue", yes(self.is_overdue && self.periods.is_empty()));
        put("missed", yes(self.is_missed));
        let priorities: Vec<&str> = self.priorities.iter().map(|priority| priority.as_str()).collect();
        put("priority", (!priorities.is_empty()).then(|| json!(priorities)));
        put("tags", (!self.tags.is_empty()).then(|| json!(self.tags)));
        put("search", self.search.map(Value::from));
        put("sort_by", self.sort.map(|(key, _)| key.into()));
        put("sort_order", self.sort.map(|(_, order)| order.into()));
        put("limit", self.limit.map(Value::from));
        if self.is_undated {
            understood.notes.push("Tasks cannot be filtered by having no due date.".to_owned());
        }
        let mut bound = Bounds::default();
        for found in &self.periods {
            bound = join(bound, bounds(&found.value, now, aim));
        }
        // "overdue or due today" is everything due until today.
        if self.is_overdue {
            bound.after = None;
        }
        put_bounds(&mut understood.data, names, bound.after, bound.before, now);
        understood.notes.extend(bound.notes);
        if let Some(question) = bound.question {
            understood.ask(question);
            let option = |(after, before): (Option<Point>, Option<Point>)| {
                let mut data = understood.data.clone();
                put_bounds(&mut data, names, after, before, now);
                let label = after.or(before).map(|point| point_words(point, now)).unwrap_or_default();
                Choice { label, operation: Operation::FilterTasks, data }
            };
            understood.options = bound.options.into_iter().map(option).collect();
        }
    }
}

/// "what did I finish", "completed tasks"; not "is it done".
fn is_about_done(text: &Text, at: usize) -> bool {
    match text.at(at) {
        "completed" | "accomplished" => true,
        "do" => text.is_after(at, &["i", "we"]) && text.is(at.wrapping_sub(2), &["did"]),
        "done" | "finished" => {
            let before = at.wrapping_sub(1);
            thing(text.at(at + 1)).is_some()
                || text.is(before, &["i", "have", "i've", "get", "we", "been", "got", "was", "all", "are"])
        }
        _ => text.is_after(at, &["i", "we"]),
    }
}

/// Narrows one period by another: "this week before noon" has both bounds.
fn join(one: Bounds, other: Bounds) -> Bounds {
    if one.question.is_some() {
        return one;
    }
    Bounds {
        after: other.after.or(one.after),
        before: other.before.or(one.before),
        notes: [one.notes, other.notes].concat(),
        ..other
    }
}

fn put_bounds(
    data: &mut Map<String, Value>,
    names: (&str, &str),
    after: Option<Point>,
    before: Option<Point>,
    now: &Now,
) {
    for (name, point) in [(names.0, after), (names.1, before)] {
        if let Some(point) = point {
            data.insert(name.to_owned(), point.to_text(now).into());
        }
    }
}

/// "high priority", "urgent", "important", "p1" as a filter.
fn priority_filter(text: &Text, at: usize) -> Option<(Priority, usize)> {
    if text.at(at) == "p" && text.is_glued(at + 1) {
        return match text.at(at + 1) {
            "1" => Some((Priority::High, at + 2)),
            "2" => Some((Priority::Medium, at + 2)),
            "3" => Some((Priority::Low, at + 2)),
            _ => None,
        };
    }
    let found = level(text.at(at))?;
    let next = if text.at(at + 1) == "-" { at + 2 } else { at + 1 };
    if text.is(next, &["priority", "prio", "importance"]) {
        return Some((found, next + 1));
    }
    let is_word = text.is(at, &["urgent", "important", "critical"])
        && !text.is_after(at, &["most", "so", "not", "less"]);
    is_word.then_some((found, at + 1))
}

/// "work tasks", "home todos": the tag before the noun.
fn tag_before_noun(text: &Text, at: usize) -> Option<String> {
    static OTHERS: Phrases = Phrases::new(
        "my, all, the, any, open, active, upcoming, next, new, old, current, other, more, these, those, \
         many, of, and, completed, done, overdue, urgent, important, priority, due, some, no, recurring, \
         repeating, pending, remaining, late, missed, deleted, undone, unfinished, incomplete, outstanding, \
         to, me, show, list, finished, scheduled, several, every, few, today's, tomorrow's, your, both, for, \
         with, about, three, two, first, last, different, various, daily, weekly, monthly, long, big, small, \
         sort, find, search, filter, arrange, order, newest, oldest, view, display, read, see, get, only, just, \
         count, check, review, existing, what, which, have, are, on, set, do, cancelled, our, their, single, \
         own, closed",
    );
    let is_noun = text.is(at + 1, &["tasks", "todos", "items", "to-dos", "task"]) && text.is_word(at);
    let word = text.at(at);
    let is_date = text.weekday(at).is_some()
        || text.month(at).is_some()
        || text.relative_day(at).is_some()
        || cardinal(text, at).is_some();
    (is_noun && !OTHERS.has(word) && !is_date && word.len() > 2).then(|| text.original(at..at + 1))
}
