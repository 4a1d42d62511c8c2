//! Words that name a task, or several.

use std::ops::Range;

use domain::Reference;

use crate::answer::{Reply, Understanding, is_valid};
use crate::filter::filters;
use crate::list::{list_phrase, on_list, thing};
use crate::number::ordinal;
use crate::phrases::Phrases;
use crate::resolve::{Aim, Now};
use crate::slots::slots;
use crate::text::Text;

/// Tasks that an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Words of a title.
    Words(String),
    /// "it", "that one", "the second one": what was spoken of before.
    Context(Option<Reply>),
    /// "everything", "all tasks of tomorrow".
    All(Range<usize>),
}

static PRONOUNS: Phrases = Phrases::new(
    "it, that, this, them, those, these, that one, this one, that task, this task, the task, that item, \
     this item, the item, the same, both, an item, item, task, the last one, this event, that event, \
     the event, an event, event, the one, one, this reminder, that reminder, the reminder, this alarm, \
     the alarm, him, her, this calendar event, something, a task, the previous one",
);

static ALL: Phrases =
    Phrases::new("everything, all, every, anything, both of them, all of them, whole, entire, each");

/// Reads the words that name a task.
pub fn target(text: &Text, tokens: Range<usize>) -> Target {
    let mut begin = tokens.start;
    let mut end = tokens.end;
    while end > begin && text.is_after(end, &[".", "!", "?", ",", ":", ";"]) {
        end -= 1;
    }
    // The list is no part of the name, unless it is all that is named.
    if list_phrase(text, begin).is_none_or(|list| list.end != end) {
        let on = (begin + 1..end).find(|&at| on_list(text, at).is_some_and(|list| list.end == end));
        end = on.unwrap_or(end);
    }
    if let Some(found) = context(text, begin..end) {
        return Target::Context(found);
    }
    if is_all(text, begin..end) {
        return Target::All(begin..end);
    }
    if text.is(begin, &["the", "my", "our", "a", "an", "that", "this", "your"])
        && begin + 1 < end
        && !text.is_opaque(begin + 1)
    {
        begin += 1;
    }
    static NOUNS: Phrases = Phrases::new(
        "task called, task named, task to, task :, task, item called, todo to, reminder to, \
         reminder for, reminder about, task about, item about",
    );
    begin = NOUNS
        .end(text, begin)
        .filter(|next| *next < end && !text.is(*next, &["force", "list", "manager", "bar", "view", "team"]))
        .unwrap_or(begin);
    let found = slots(text, begin..end);
    let dates: Vec<Range<usize>> = found.whens.iter().map(|when| when.tokens.clone()).collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = begin;
    for date in dates.iter().chain([&(end..end)]) {
        if at < date.start {
            words.push(text.original(at..date.start));
        }
        at = date.end;
    }
    let mut name = words.join(" ");
    for noun in [" task", " item", " todo", " to-do"] {
        let end = name.len().saturating_sub(noun.len());
        if name.get(end..).is_some_and(|last| last.eq_ignore_ascii_case(noun)) {
            name.truncate(end);
        }
    }
    let name =
        name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | ',' | ':')).to_owned();
    if is_valid::<Reference>(&name) { Target::Words(name) } else { Target::Context(None) }
}

fn context(text: &Text, tokens: Range<usize>) -> Option<Option<Reply>> {
    if tokens.is_empty() {
        return Some(None);
    }
    if PRONOUNS.end(text, tokens.start).is_some_and(|end| end == tokens.end) {
        return Some(None);
    }
    // "the second one", "the last item", "number 3", "item four"
    let begin = text.any_phrase(tokens.start, &["the", "my"]).unwrap_or(tokens.start);
    let named = text.any_phrase(begin, &["number", "task number", "item number", "item", "no .", "#"]);
    if let Some((number, end)) = named.and_then(|next| crate::number::cardinal(text, next)) {
        return (end == tokens.end).then(|| Some(Reply::Choice(number.try_into().unwrap_or(0))));
    }
    let (number, end) = match text.at(begin) {
        "last" => (-1, begin + 1),
        _ => ordinal(text, begin).map(|(number, end)| (i32::try_from(number).unwrap_or(0), end))?,
    };
    let end = text.any_phrase(end, &["one", "item", "task", "of them"])?;
    (end == tokens.end).then_some(Some(Reply::Choice(number)))
}

/// True for several tasks at once.
pub fn is_all(text: &Text, tokens: Range<usize>) -> bool {
    let begin =
        if text.is(tokens.start, &["the", "my", "out", "up"]) { tokens.start + 1 } else { tokens.start };
    if ALL.has(text.at(begin)) && begin < tokens.end {
        return true;
    }
    if list_phrase(text, tokens.start).is_some_and(|list| list.end == tokens.end) {
        return true;
    }
    // "the completed tasks", "overdue tasks", "tasks due today"
    let is_plural = |at: usize| thing(text.at(at)).is_some() && text.at(at).ends_with('s');
    (begin..tokens.end.min(begin + 3)).any(is_plural) && !tokens.clone().any(|at| text.is_opaque(at))
}

impl Target {
    /// Puts the task into the arguments, or asks which one is meant.
    pub fn put(self, understood: &mut Understanding, text: &Text, now: &Now) {
        match self {
            Self::Words(words) => {
                understood.data.insert("task".to_owned(), words.into());
            }
            Self::Context(choice) => {
                understood.answer = choice;
                understood.ask("Which task do you mean?");
            }
            Self::All(tokens) => {
                let filters = filters(text, tokens, Aim::Coming, now);
                understood.data.insert("tasks".to_owned(), filters.data.into());
                understood.ask("This concerns several tasks. Should I do it for all of them?");
            }
        }
    }
}
