//! Several wishes in one message.

use std::ops::Range;

use crate::list::{list_phrase, on_list};
use crate::phrases::Phrases;
use crate::slots::{Slots, slots};
use crate::text::Text;

/// Words with which an order begins.
static ORDERS: Phrases = Phrases::new(
    "add, remind, mark, delete, remove, move, reschedule, postpone, show, list, cancel, create, set, complete, \
     reopen, rename, tag, what, what's, push, erase, schedule, notify, put, undo, search, find, wake, untag, tell",
);

/// Words that go on with an attribute of the same task: "…, remind me an hour before".
static ATTRIBUTES: Phrases = Phrases::new(
    "remind me, tag it, set a reminder, tell me, put it, set it, add it, cross that, remind, cross it, check it, \
     set the event",
);

/// Questions, in which a semicolon divides nothing.
static QUESTIONS: Phrases =
    Phrases::new("what, which, who, how, why, when, where, is, are, do, does, did, can");

const BORDERS: [&str; 14] = [
    ", and then",
    "and then",
    ", then",
    "; then",
    ", and also",
    "and also",
    ", also",
    ", and",
    "and",
    ";",
    ".",
    "!",
    "?",
    ",",
];

/// Splits a message into its wishes, in order.
pub fn wishes(text: &Text, tokens: Range<usize>) -> Vec<Range<usize>> {
    let has_border = (tokens.start + 1..tokens.end).any(|at| text.any_phrase(at, &BORDERS).is_some());
    if !has_border {
        return vec![tokens];
    }
    let found = slots(text, tokens.clone());
    let (mut wishes, mut begin, mut at) = (Vec::new(), tokens.start, tokens.start + 1);
    while at < tokens.end {
        match border(text, begin, at, tokens.end, &found) {
            Some(next) => {
                wishes.push(begin..at);
                begin = next;
                at = next + 1;
            }
            None => at += 1,
        }
    }
    wishes.push(begin..tokens.end);
    wishes
}

/// Returns the beginning of the next wish, if one ends before this token.
fn border(text: &Text, begin: usize, at: usize, end: usize, found: &Slots) -> Option<usize> {
    let next = text.any_phrase(at, &BORDERS)?;
    // "every now and then"
    if next >= end || text.is_after(at, &["now", "again"]) {
        return None;
    }
    // "every mon, wed and fri", "from 3 and 5": no phrase goes on behind a border.
    if found.places().any(|place| place.start < at && at < place.end) {
        return None;
    }
    // "open my list and add milk", "on my list, add milk" are one wish.
    let named = if text.at(begin) == "open" { begin + 1 } else { begin };
    if on_list(text, begin).or_else(|| list_phrase(text, named)).is_some_and(|list| list.end == at) {
        return None;
    }
    let lead =
        text.any_phrase(next, &["please", "also", "can you", "could you", "i also need to"]).unwrap_or(next);
    let is_order = ORDERS.has(text.at(lead))
        && is_whole(text, begin..at, lead..end)
        && !(text.at(at) == "," && text.is(lead, &["what", "what's", "list", "set", "show"]));
    let is_then = text.any_phrase(at, &["and then", ", then", "; then", ", and then"]).is_some();
    let is_strong = (text.at(at) == ";" && !QUESTIONS.has(text.at(begin))) || is_then;
    let is_sentence = text.is(at, &[".", "!", "?"]) && !text.is_glued(next) && is_order;
    let is_joined =
        text.is(at, &["and", ","]) && (is_order || both_have_dates(text, begin..at, next..end, found));
    let is_border = (is_strong && at > begin + 1) || is_sentence || is_joined;
    let has_words = || (next..end).any(|at| text.is_word(at) || text.is_number(at) || text.is_opaque(at));
    (is_border && has_words()).then_some(next)
}

/// True if both sides say something. "remind me at 4 pm" beside a task is an attribute of that task.
fn is_whole(text: &Text, left: Range<usize>, right: Range<usize>) -> bool {
    if ATTRIBUTES.end(text, right.start).is_some() {
        let is_new = right.clone().any(|at| text.is(at, &["to", "about", "of"]));
        return is_new && text.at(right.start) == "remind" && left.len() > 1;
    }
    right.len() > 1 && left.len() > 1
}

/// "call mom tomorrow and pay rent on friday": two tasks with a date each. The first date ends its side, and
/// the second side has words of its own before its date.
fn both_have_dates(text: &Text, left: Range<usize>, right: Range<usize>, found: &Slots) -> bool {
    if found.recurrence.is_some() {
        return false;
    }
    let mut dates = found.whens.iter().filter(|when| when.value.day.is_some()).map(|when| &when.tokens);
    if !dates.clone().any(|date| date.end == left.end && date.start > left.start) {
        return false;
    }
    let stop = right.clone().find(|&at| text.is(at, &["and", ";"])).unwrap_or(right.end);
    dates.any(|date| date.start > right.start + 1 && date.end <= stop)
}
