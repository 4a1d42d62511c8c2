//! Several wishes in one message.

use std::ops::Range;

use crate::list::{list_phrase, on_list};
use crate::period::period;
use crate::phrases::Phrases;
use crate::recurrence::recurrence;
use crate::slots::slots;
use crate::text::Text;

/// Words with which an order begins.
static ORDERS: Phrases = Phrases::new(
    "add, remind, mark, delete, remove, move, reschedule, postpone, show, list, cancel, create, set, \
     complete, reopen, rename, tag, what, what's, push, erase, schedule, notify, put, undo, search, find, \
     wake, untag, tell",
);

/// Splits a message into its wishes, in order.
pub fn wishes(text: &Text, tokens: Range<usize>) -> Vec<Range<usize>> {
    let mut wishes = Vec::new();
    let mut begin = tokens.start;
    let mut at = tokens.start + 1;
    while at < tokens.end {
        match border(text, begin, at, tokens.end) {
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
fn border(text: &Text, begin: usize, at: usize, end: usize) -> Option<usize> {
    if text.is_opaque(at) {
        return None;
    }
    let next = text.any_phrase(
        at,
        &[
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
        ],
    )?;
    // "every now and then"
    if next >= end || begin + 1 > at || text.is(at - 1, &["now", "again"]) {
        return None;
    }
    // "open my list and add milk", "on my list, add milk" are one wish.
    let list = on_list(text, begin)
        .or_else(|| list_phrase(text, if text.at(begin) == "open" { begin + 1 } else { begin }));
    if list.is_some_and(|list| list.end == at) {
        return None;
    }
    let lead = text
        .any_phrase(next, &["please", "also", "can you", "could you", "then", "i also need to"])
        .unwrap_or(next);
    let is_order = ORDERS.has(text.at(lead))
        && is_whole(text, begin..at, lead..end)
        && !(text.at(at) == "," && text.is(lead, &["what", "what's", "list", "set", "show"]));
    let is_asked = text.is(
        begin,
        &["what", "which", "who", "how", "why", "when", "where", "is", "are", "do", "does", "did", "can"],
    );
    let is_strong = text.is(at, &[";"]) && !is_asked
        || text.any_phrase(at, &["and then", ", then", "; then", ", and then"]).is_some();
    let is_sentence =
        text.is(at, &[".", "!", "?"]) && text.is_capitalized(next) && !text.is_glued(next) && is_order;
    let is_joined = text.is(at, &["and", ","]) && (is_order || both_have_dates(text, begin..at, next..end));
    let is_border = (is_strong && at > begin + 1) || is_sentence || is_joined;
    // "every mon, wed and fri", "from 3 and 5": no phrase goes on behind a border.
    let is_inside = |from: usize| {
        recurrence(text, from).is_some_and(|found| found.tokens.end > at)
            || period(text, from).is_some_and(|found| found.tokens.end > at)
    };
    (is_border && !(begin..at).any(is_inside)).then_some(next)
}

/// True if both sides say something. "remind me at 4 pm" beside a task is an attribute of that task.
fn is_whole(text: &Text, left: Range<usize>, right: Range<usize>) -> bool {
    if text
        .any_phrase(
            right.start,
            &[
                "remind me",
                "tag it",
                "set a reminder",
                "tell me",
                "put it",
                "set it",
                "add it",
                "cross that",
                "remind",
            ],
        )
        .is_some()
    {
        // An attribute is only a time or a tag; a wish goes on.
        let is_new = (right.start..right.end).any(|at| text.is(at, &["to", "about", "of"]))
            && text.at(right.start) == "remind";
        return is_new && left.len() > 1;
    }
    right.len() > 1 && left.len() > 1
}

/// "call mom tomorrow and pay rent on friday": two tasks with a date each.
fn both_have_dates(text: &Text, left: Range<usize>, right: Range<usize>) -> bool {
    let stop = (right.start..right.end).find(|&at| text.is(at, &["and", ";"])).unwrap_or(right.end);
    let right = right.start..stop;
    let dates = |tokens: Range<usize>| {
        let found = slots(text, tokens.clone());
        let last = found
            .whens
            .iter()
            .filter(|when| when.value.day.is_some())
            .map(|when| when.tokens.clone())
            .next_back();
        last.map(|last| (last, found.recurrence.is_none()))
    };
    let Some((left_date, true)) = dates(left.clone()) else { return false };
    let Some((right_date, true)) = dates(right.clone()) else { return false };
    // The first date ends its side, and the second side has words of its own before its date.
    left_date.end == left.end && left_date.start > left.start && right_date.start > right.start + 1
}
