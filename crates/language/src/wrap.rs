//! Polite words around a wish: "hey, could you please …, thanks".

use std::ops::Range;

use crate::phrases::Phrases;
use crate::text::Text;

/// Wish without the words around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// Tokens that are left when all such words have gone.
    pub core: Range<usize>,
    /// Tokens that are left when only those have gone that no title begins with.
    pub title: Range<usize>,
    /// True if the sentence says that somebody wants or has to do something.
    pub is_wish: bool,
}

/// Words to the assistant, with which no title begins.
static REQUESTS: Phrases = Phrases::new(
    "can you please, could you please, would you please, will you please, can you kindly, could you kindly, \
     would you kindly, can you, could you, would you, will you, can u, could u, please, pls, plz, kindly, \
     i want you to please, i want you to, i need you to, i would like you to, i'd like you to, \
     i like you to, would you mind, would you be able to, please can you, please could you, \
     please would you, you can, you need to, you have to, you must, go ahead and, hurry up and just, \
     hurry up and, do me a favor and, do me a favour and, be a dear and, feel free to, let's go ahead and, \
     lets go ahead and, can i get you to, remember to please, help me to, help me, try to, \
     i would appreciate it if you could, i'd appreciate it if you, make sure to, make sure you",
);

/// Questions that are requests if an order follows.
static POLITE_QUESTIONS: Phrases = Phrases::new(
    "can i please, can i, could i please, could i, may i, i was wondering if you could, is it possible to, \
     is it possible for you to, are there ways to go ahead and, are there ways to, is there a way to, \
     is there any way to, would it be possible to, do you mind, can we",
);

/// Verbs with which an order begins.
static ORDERS: Phrases = Phrases::new(
    "set, add, create, make, delete, remove, clear, cancel, schedule, put, erase, read, show, see, get, \
     have, mark, move, reschedule",
);

/// Words of somebody who has to do something.
static WISHES: Phrases = Phrases::new(
    "i need to, i have to, i must, i should, i've got to, i gotta, i got to, would like to, wish to, \
     i want to, i wanna, i would like to, i'd like to, i wish to, i will need to, i'll need to, we need to, \
     we have to, we should, we must, i still need to, i still have to, i really need to, i also need to, \
     gotta, need to, have to, don't forget to, dont forget to, do not forget to, remember to, \
     don't let me forget to, dont let me forget to, i need help to, i am going to need to, i'd love to, \
     i would love to, i ought to, i am supposed to, i'm supposed to, i need, i want, you should",
);

/// Words with which a title may begin too.
static OPENERS: Phrases = Phrases::new(
    "hey, hi, hello, ok, okay, so, and, then, also, now, oh, well, alright, actually, um, uh, hmm, just, \
     let's, lets, let us, good morning, good evening, yo, quickly, first, next, finally, plus, but, olly, \
     cortana, alexa, siri, google, computer, assistant, taskflow, ai, ok google, hey google, robot, bot, do, \
     again, maybe, yes, no, sorry, oops, thanks, thank you, today, in case",
);

/// Words at the end.
static CLOSERS: Phrases = Phrases::new(
    "please, pls, plz, thanks, thank you, thanks a lot, thank you very much, thx, for me, ok, okay, olly, \
     will you, would you, could you, can you, if you can, if possible, now, right now, already, again, \
     asap please, cheers, ty, kindly, immediately, if you could, if you would, i would appreciate it, to me, \
     right away, yet",
);

/// Removes the words around a wish.
pub fn unwrap(text: &Text, tokens: Range<usize>) -> Wrapped {
    let (mut core, mut title) = (skip_signs(text, tokens.start, tokens.end), tokens.start);
    let (mut is_plain, mut is_wish) = (true, false);
    while core < tokens.end {
        let polite = POLITE_QUESTIONS.end(text, core).filter(|end| {
            ORDERS.has(text.at(*end))
                && (tokens.clone()).any(|at| {
                    crate::list::thing(text.at(at)).is_some() || crate::list::list_phrase(text, at).is_some()
                })
        });
        let next = match polite.or_else(|| REQUESTS.end(text, core).filter(|end| *end < tokens.end)) {
            Some(end) => end,
            None => match WISHES.end(text, core).filter(|end| *end < tokens.end && !is_noun_wish(text, *end))
            {
                Some(end) => {
                    is_wish = true;
                    end
                }
                None => match OPENERS.end(text, core).filter(|end| *end < tokens.end) {
                    Some(end) if is_opener(text, core, end) => {
                        // An address before a comma is no part of a title.
                        is_plain &= text.at(end) == ",";
                        end
                    }
                    _ => break,
                },
            },
        };
        core = skip_signs(text, next, tokens.end);
        if is_plain {
            title = core;
        }
    }
    let end = closers(text, core..tokens.end);
    Wrapped { core: core..end, title: title..tokens.end, is_wish }
}

fn skip_signs(text: &Text, at: usize, limit: usize) -> usize {
    let mut next = at;
    while next < limit && text.is(next, &[",", ":", "!", "-", ".", "\"", "'", "*", "…"]) {
        next += 1;
    }
    next
}

/// "need to" as a wish has a verb after it; "i need milk" is a sentence of its own.
fn is_noun_wish(text: &Text, end: usize) -> bool {
    let is_bare = text.is_after(end, &["need", "want"]);
    is_bare && (!text.is(end, &["a", "an", "my", "the"]) || !names_a_command(text, end + 1))
}

/// "i need a reminder", "i want an alarm".
fn names_a_command(text: &Text, at: usize) -> bool {
    crate::list::thing(text.at(at)).is_some()
        || crate::list::thing(text.at(at + 1)).is_some()
        || text.is(at, &["todo", "list"])
        || crate::list::list_phrase(text, at - 1).is_some()
}

/// "do" and "today" open only before a command; "now" only before a comma or a verb.
fn is_opener(text: &Text, at: usize, end: usize) -> bool {
    match text.at(at) {
        "do" => text.is(end, &["delete", "remove", "add", "cancel", "not"]) && !text.is(end, &["not"]),
        "today" => text.is(end, &["how", "what", "do", "which"]),
        "no" | "first" | "next" | "computer" | "robot" | "google" | "but" | "again" | "maybe" => {
            text.at(end) == ","
        }
        _ => true,
    }
}

fn closers(text: &Text, tokens: Range<usize>) -> usize {
    let mut end = tokens.end;
    'again: while end > tokens.start + 1 {
        if text.is_after(end, &[".", "!", "?", ",", "…"]) {
            end -= 1;
            continue;
        }
        for words in 1..=4 {
            let begin = end.saturating_sub(words);
            if begin > tokens.start
                && CLOSERS.end(text, begin) == Some(end)
                && !text.is_after(begin, &["from", "by", "until", "right"])
            {
                end = begin;
                continue 'again;
            }
        }
        break;
    }
    end
}
