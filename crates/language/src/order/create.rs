//! New tasks.

use std::ops::Range;

use super::Sentence;
use super::change::with_edges;
use crate::add::{NewTask, add};
use crate::answer::Understanding;
use crate::list::{ListPhrase, list_phrase, on_list as find_list};
use crate::pattern::Patterns;
use crate::phrases::Phrases;
use crate::text::Text;

static ADD: Phrases = Phrases::new(
    "add, put, include, insert, note down, note, jot down, write down, mark down, list, re add, enter, \
     append, log, place, throw, stick, make a note of, make a note to, take a note to, record, save, set, \
     create, make sure that, make sure, mark, re - add",
);

fn new_task(
    sentence: &Sentence,
    commands: Vec<Range<usize>>,
    list: Option<ListPhrase>,
    confidence: f64,
) -> Understanding {
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: with_edges(sentence, commands),
        is_reminder: false,
        list: list.and_then(|list| list.tag),
        default_title: None,
        confidence,
    };
    add(sentence.text, &new, sentence.now)
}

/// "add mop bathroom to my to do list", "on my list, add dishes", "cleaning needs to go on my list".
pub fn on_list(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    first_the_list(sentence).or_else(|| {
        let (begin, verb_end) = verb(text, core.start);
        // "list each item on my list" asks to see them.
        let is_read = text.is_after(verb_end, &["list"])
            && text.is(
                verb_end,
                &[
                    "each",
                    "all",
                    "every",
                    "everything",
                    "items",
                    "the",
                    "my",
                    "out",
                    "what",
                    "things",
                    "tasks",
                    "off",
                ],
            );
        if verb_end > core.start && !is_read {
            let (at, list) = (verb_end..core.end).find_map(|at| {
                find_list(text, at).filter(|list| list.end <= core.end).map(|list| (at, list))
            })?;
            // "add to my list: milk" and "add milk to my list".
            let mut commands = vec![begin..verb_end, at..list.end];
            if at == verb_end {
                commands = vec![begin..skip(text, list.end)];
            } else if text.is(verb_end, &["that"]) {
                commands[0].end += 1;
            }
            // "will you make sure that mopping is on my list"
            if text.is_after(at, &["is", "are"]) && text.is(core.start, &["make"]) {
                commands[1].start -= 1;
            }
            commands = without_item(text, commands, core.end);
            return Some(new_task(sentence, commands, Some(list), 0.95));
        }
        statement(sentence)
    })
}

fn verb(text: &Text, at: usize) -> (usize, usize) {
    let begin = text.any_phrase(at, &["also"]).unwrap_or(at);
    let end = ADD.end(text, begin).unwrap_or(at);
    // "set" and "make" add something to a list only with "on".
    (at, end)
}

fn skip(text: &Text, at: usize) -> usize {
    let mut next = at;
    while text.is(next, &[",", ":", "please", "i", "need", "add", "put", "include", "to", "-"])
        && next < at + 4
    {
        next += 1;
    }
    next
}

/// An "item" or "task" that is added is no title.
fn without_item(text: &Text, mut commands: Vec<Range<usize>>, _: usize) -> Vec<Range<usize>> {
    if let [verb, list] = commands.as_slice() {
        let inner = verb.end..list.start;
        let is_item = matches!(
            text.original(inner.clone()).to_lowercase().as_str(),
            "item"
                | "an item"
                | "new item"
                | "a new item"
                | "the item"
                | "this item"
                | "this"
                | "it"
                | "something"
                | "that"
                | "event"
                | "an event"
                | "the event"
                | "a task"
                | "task"
                | "these"
                | "a item"
                | "new items"
                | "items"
        );
        if is_item {
            commands = vec![verb.start..list.end];
        } else if let Some(after) = text
            .any_phrase(
                verb.end,
                &[
                    "the chore of",
                    "the task of",
                    "the task",
                    "a task to",
                    "a task called",
                    "task",
                    "an item called",
                ],
            )
            .filter(|after| *after < list.start)
        {
            commands[0].end = after;
        }
    }
    commands
}

/// "on my to do list, add dishes", "grocery list add eggs", "to my task list please add paint kitchen".
fn first_the_list(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    let list = find_list(text, core.start)
        .or_else(|| list_phrase(text, text.any_phrase(core.start, &["open"]).unwrap_or(core.start)))?;
    let next = text.any_phrase(list.end, &[", please", "please", ",", ":", "and"]).unwrap_or(list.end);
    let after = text.any_phrase(
        next,
        &[
            "please add",
            "add",
            "put",
            "include",
            "insert",
            "i need",
            "write",
            "note",
            "schedule event",
            "schedule",
            "create",
        ],
    );
    let begin = match after {
        Some(after) => after,
        None if text.at(list.end) == ":" => next,
        None => return None,
    };
    if begin >= core.end {
        return None;
    }
    let added = text.is_after(core.end, &["added"]).then_some(core.end - 1..core.end);
    let commands = [core.start..begin].into_iter().chain(added).collect();
    Some(new_task(sentence, commands, Some(list), 0.95))
}

/// "cleaning needs to be on my list", "I need to do cleaning so add it to my list", "I need milk on my list".
fn statement(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "{} needs_to_be|needs_to_go|should_be|should_go|must_be|must_go|has_to_be|has_to_go|is_to_be_added|to_be_updated|is_to_be $list",
        "{} is_to_be added $list",
        "{} so add|put it|that $list",
        "{} and add|put it|that $list",
        "{} add|put it|this|that $list",
        "{} please place|add|put this|it $list",
        "i need|want {} $list",
        "{} and ?my ?calendar to_be updated|added $list",
        "{} , put $list",
        "{} mark my calendar",
    ]);
    let Sentence { text, core, .. } = sentence;
    let found = PATTERNS.capture(text, core.clone())?;
    let title = found.first()?.clone();
    let list = (title.end..core.end).find_map(|at| find_list(text, at));
    let is_question = text.is(title.start, &["is", "are", "what", "did", "do", "does", "can", "how"]);
    let commands = vec![core.start..title.start, title.end..core.end];
    (!is_question).then(|| {
        new_task(sentence, commands.into_iter().filter(|range| range.start < range.end).collect(), list, 0.9)
    })
}

/// "add buy milk", "new task: buy milk", "create a task to buy milk", "todo: buy milk".
pub fn task(sentence: &Sentence) -> Option<Understanding> {
    static LEADS: Phrases = Phrases::new(
        "add a new task called, add a new task to, add a new task :, add a new task for, add a new task, \
         add new task :, add new task, add a task to, add a task called, add a task named, add a task for, \
         add a task that says, add a task :, add a task, add task to, add task :, add task, add a todo to, \
         add a todo :, add a todo, add todo :, add todo, add a to - do to, add an item :, add item :, add :, \
         create a new task to, create a new task called, create a new task :, create a new task for, \
         create a new task, create a task to, create a task called, create a task named, create a task for, \
         create a task :, create a task, create new task :, create new task, create task :, create task, \
         make a new task to, make a new task, make a task to, make a task called, make a task for, \
         make a task :, make a task, new task :, new task to, new task, new todo :, new todo, todo :, \
         to - do :, to do :, task :, todo, remember to, don't forget to, note to self :, note to self, \
         i need a task to, i need a new task to, put down, jot down, write down that, write down, note down, \
         take a note to, take a note :, make a note to, make a note :, note :, add in, add",
    );
    let Sentence { text, core, .. } = sentence;
    let end = LEADS.end(text, core.start).filter(|end| *end <= core.end)?;
    // "todo list" is a list, "todo app" a thing.
    let is_thing = text.is(core.start, &["todo", "task", "add"])
        && text.is(end, &["list", "app", "lists", "management", "manager", "up"]);
    if is_thing {
        return None;
    }
    let is_item = matches!(
        text.original(end..core.end).to_lowercase().as_str(),
        "item"
            | "an item"
            | "a item"
            | "something"
            | "this"
            | "it"
            | "this item"
            | "new item"
            | "a new item"
            | "the item"
            | "event"
            | "an event"
            | "a reminder"
    );
    let end = if is_item { core.end } else { end };
    Some(new_task(sentence, vec![core.start..end], None, 0.95))
}

/// "include this", "schedule an event for friday", "new event": words that make something, without a list.
pub fn event(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    if text.any_phrase(
        core.start,
        &["include this", "include it", "include this item", "add", "new event", "add event"],
    ) == Some(core.end)
    {
        return Some(new_task(sentence, vec![core.clone()], None, 0.8));
    }
    static LEADS: Phrases = Phrases::new(
        "schedule an event for, schedule an event, create an event for, create an event called, \
         create an event, set an event for, set an event, set a birthday event for, make an event for, \
         make an event, new event :, new event, put in, make a calendar entry for, \
         create a calendar entry for, calendar event for, calendar event, set event",
    );
    let end = LEADS.end(text, core.start).filter(|end| *end <= core.end)?;
    // The preposition of a date stays with the date.
    let end = if text.is_after(end, &["for", "on", "at"]) && crate::when::when(text, end - 1).is_some() {
        end - 1
    } else {
        end
    };
    let is_empty = end >= core.end
        || crate::slots::slots(text, end..core.end)
            .whens
            .first()
            .is_some_and(|found| found.tokens.end >= core.end);
    let commands = if is_empty { vec![core.start..core.start + 1] } else { vec![core.start..end] };
    Some(new_task(sentence, commands, None, 0.9))
}

/// Sentence that is no order: the title of a new task.
pub fn plain(sentence: &Sentence, confidence: f64) -> Understanding {
    let edge = sentence.tokens.start..sentence.title.start;
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: if edge.is_empty() { Vec::new() } else { vec![edge] },
        is_reminder: false,
        list: None,
        default_title: None,
        confidence,
    };
    add(sentence.text, &new, sentence.now)
}
