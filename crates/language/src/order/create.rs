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
        let verb_end = verb(text, core.start);
        let is_read = text.is_after(verb_end, &["list"]) && SHOWN.has(text.at(verb_end));
        if verb_end == core.start || is_read {
            return statement(sentence);
        }
        let (at, list) = (verb_end..core.end)
            .find_map(|at| find_list(text, at).filter(|list| list.end <= core.end).map(|list| (at, list)))?;
        let mut command = core.start..verb_end;
        let mut place = at..list.end;
        if text.is(verb_end, &["that"]) {
            command.end += 1;
        }
        // "will you make sure that mopping is on my list"
        if text.is_after(at, &["is", "are"]) && text.is(core.start, &["make"]) {
            place.start -= 1;
        }
        let commands = if at == verb_end {
            // "add to my list: milk"
            vec![core.start..skip(text, list.end).min(core.end)]
        } else if ITEM.end(text, command.end) == Some(place.start) {
            vec![command.start..place.end]
        } else {
            command.end =
                CALLED.end(text, command.end).filter(|end| *end < place.start).unwrap_or(command.end);
            vec![command, place]
        };
        Some(new_task(sentence, commands, Some(list), 0.95))
    })
}

/// Things that "list" shows: "list each item on my list".
static SHOWN: Phrases =
    Phrases::new("each, all, every, everything, items, the, my, out, what, things, tasks, off");

/// Words for a task that say nothing of it.
static ITEM: Phrases = Phrases::new(
    "item, an item, a item, new item, a new item, the item, this item, items, new items, task, a task, \
     event, an event, the event, a reminder, this, these, that, it, something",
);

/// Words before the title of a task.
static CALLED: Phrases =
    Phrases::new("the chore of, the task of, the task, a task to, a task called, an item called, task");

/// Returns the end of the verb that adds something.
fn verb(text: &Text, at: usize) -> usize {
    let begin = text.any_phrase(at, &["also"]).unwrap_or(at);
    ADD.end(text, begin).unwrap_or(at)
}

/// Skips the words between a list and what is added to it.
fn skip(text: &Text, at: usize) -> usize {
    static WORDS: Phrases = Phrases::new(":, -, please, i, need, add, put, include, to");
    (at..at + 4).find(|&next| !(text.at(next) == "," || WORDS.has(text.at(next)))).unwrap_or(at + 4)
}

/// "on my to do list, add dishes", "grocery list add eggs", "to my task list please add paint kitchen".
fn first_the_list(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    let list = find_list(text, core.start)
        .or_else(|| list_phrase(text, text.any_phrase(core.start, &["open"]).unwrap_or(core.start)))?;
    let next = text.any_phrase(list.end, &[", please", "please", ",", ":", "and"]).unwrap_or(list.end);
    static ADDS: Phrases = Phrases::new(
        "please add, add, put, include, insert, i need, write, note, schedule event, schedule, create",
    );
    let after = ADDS.end(text, next);
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
        "{} needs_to_be|needs_to_go|should_be|should_go|must_be|must_go|has_to_be|has_to_go ?added|put $list",
        "{} so|and|,|please ?please add|put it|that|this $list",
        "{} add|put it|that|this $list",
        "i need|want {} $list",
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
    let is_item = ITEM.end(text, end) == Some(core.end);
    let end = if is_item { core.end } else { end };
    Some(new_task(sentence, vec![core.start..end], None, 0.95))
}

/// "include this", "schedule an event for friday", "new event": words that make something, without a list.
pub fn event(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    static ALONE: Phrases =
        Phrases::new("include this, include it, include this item, add, new event, add event");
    if ALONE.end(text, core.start) == Some(core.end) {
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
