//! Replies to a question of the chat: yes, no, never mind, the second one.
//!
//! A reply consists of nothing but words that agree, refuse or stop, and of words that such sentences are
//! made of. So "that is not the right answer" is a no, and "answer the phone" is none.

use std::ops::Range;

use crate::answer::Reply;
use crate::number::{cardinal, ordinal};
use crate::phrases::Phrases;
use crate::text::Text;

static YES: Phrases = Phrases::new(
    "yes, yep, yeah, yup, ya, yea, yeap, yah, aye, yess, y, true, correct, right, accurate, affirmative, \
     affirmitive, agreed, agree, confirmed, confirm, approved, approve, positive, ok, okay, k, kk, sure, \
     absolutely, certainly, definitely, indeed, great, awesome, perfect, fine, good, exactly, exact, roger, \
     uh-huh, uhhuh, valid, excellent, wonderful, fantastic, amazing, perfectly, correctly, correcly, bingo, \
     totally, cool, alright, righto, yessir, brilliant, lovely, super, nice, accepted, accept, proceed, \
     precisely, gladly, naturally, definite, sounds, works, thumbs, checks, factual",
);

static NO: Phrases = Phrases::new(
    "no, nope, nah, nay, negative, false, wrong, incorrect, inaccurate, untrue, invalid, disagree, \
     falsehood, negatory, never, incorrectly, wrongly, mistake, mistakes, mistaken, n, error, nuh, decline, \
     declined, denied, deny, refuse, reject, rejected, messed, lie, lying, impossible, misunderstood, pass, \
     improper, unacceptable, bad, else",
);

static NEGATIONS: Phrases = Phrases::new(
    "not, isn't, isnt, don't, dont, doesn't, doesnt, didn't, didnt, wasn't, wasnt, aren't, arent, can't, \
     cant, cannot, won't, wouldn't, couldn't, shouldn't, hardly, ain't, haven't, hasn't",
);

static STOP: Phrases = Phrases::new(
    "cancel, stop, abort, halt, quit, terminate, nevermind, hush, silence, enough, rescind, shush, cease, \
     exit, abandon, desist, discontinue, disregard, refrain, negate, forget, ignore, revoke, nvm, stopp, \
     scratch",
);

static STOP_PHRASES: Phrases = Phrases::new(
    "never mind, shut up, shut down, shut off, shut it, shut the hell up, be quiet, forget it, forget that, \
     forget about it, changed my mind, no more talking, that is all, that's all, thats all, \
     that will be all, that would be all, that'll be all, turn off the process, end the current process, \
     end the process, end current process, end it, end this, end that, talk to you later, hold on, \
     do not complete, don't continue, do not continue, leave it, let it be, drop it, back out, don't talk, \
     stop talking, don't say, don't speak, want you to speak any more, don't bother, refrain from, kill it, \
     kill the process, call it off, i'm done, i am done, go away, pause it, close the process",
);

static UNDO: Phrases =
    Phrases::new("undo, revert, undo that, take that back, take it back, roll back, rollback");

/// Words that agree with nothing and refuse nothing, but that such sentences are made of.
static FILLERS: Phrases = Phrases::new(
    "that, that's, thats, is, it, it's, its, this, a, an, the, i, i'm, im, am, you, you're, your, \
     my, to, say, said, saying, just, what, would, will, be, think, believe, know, want, answer, response, \
     statement, question, information, case, completely, really, very, much, so, for, of, course, actually, \
     ai, please, going, go, ahead, with, one, all, must, do, did, done, doing, let's, lets, we, can, as, me, \
     from, seems, seem, it'll, i'd, like, alot, lot, got, get, gotten, get's, i've, you've, have, has, had, \
     been, was, were, are, in, on, at, out, up, off, or, and, but, because, if, then, there, here, how, now, \
     way, thanks, thank, sorry, oh, uh, uhh, hmm, um, well, oops, shit, dammit, damn, wait, command, \
     commands, instructions, instruction, understanding, understood, understand, interpret, interpreted, \
     request, requested, thing, things, task, manner, gave, give, told, tell, asked, ask, looking, look, \
     searching, search, meant, mean, repeat, again, try, change, check, modify, fix, some, made, make, olly, \
     olly's, date, telling, hard, big, strongly, most, proper, possible, turns, turn, not, i'll, ill, he, \
     she, they, into, leading, also, probably, maybe, guess, suppose, hell, heck, quite, pretty, sir, dude, \
     man, buddy, fact, current, process, action, last, previous, present, running, program, input, talking, \
     speaking, speak, talk, any, anymore, more, further, immediately, second, happening, need, needs, don't, \
     continue, mind, changed, carrying, complete, annoying, could, should, later, same, too, whats, what's, \
     procedure, anything, something, other, than, down, shut, quiet, kindly, hey, cancel, correct, sounds, \
     follow, through, end, over, us, ready, happy, feel, feels, idea, choice, option, suits, fits, bit, \
     mine, yours, own, by, about, who, why, where, when, which, perhaps, honestly, truly, obviously, \
     clearly, surely, simply, thou, huh, though, yet, ever, always, still, actual, correctness, whatever, \
     however, does, doubt, matter, fully, entirely, wish",
);

/// Returns what some tokens mean as a reply, if they are nothing else.
pub fn reply(text: &Text, tokens: Range<usize>) -> Option<Reply> {
    if tokens.len() > 24 || tokens.clone().any(|at| text.is_opaque(at) || text.is_number(at)) {
        return choice(text, tokens);
    }
    if let Some(found) = choice(text, tokens.clone()) {
        return Some(found);
    }
    let words: Vec<usize> = tokens.clone().filter(|&at| text.is_word(at)).collect();
    let is_known = |at: usize| {
        let word = text.at(at);
        [&YES, &NO, &NEGATIONS, &STOP, &FILLERS, &UNDO].iter().any(|list| list.has(word))
    };
    let has_other_signs =
        tokens.clone().any(|at| text.is_sign(at) && !text.is(at, &[".", ",", "!", "?", "-", "'", "\"", "…"]));
    if words.is_empty() || has_other_signs {
        return None;
    }
    let is_phrase = |phrases: &Phrases| {
        tokens.clone().any(|at| phrases.end(text, at).is_some_and(|end| end <= tokens.end))
    };
    if words.len() <= 7
        && words.iter().any(|&at| text.is(at, &["undo", "revert", "rollback"]))
        && words.iter().all(|&at| is_known(at))
    {
        return Some(Reply::Undo);
    }
    if UNDO.end(text, tokens.start) == Some(tokens.end) {
        return Some(Reply::Undo);
    }
    let unknown = words.iter().filter(|&&at| !is_known(at)).count();
    let has_stop_phrase = is_phrase(&STOP_PHRASES);
    // One word beside a phrase that is clear.
    if unknown > usize::from(has_stop_phrase && words.len() > 3) {
        return None;
    }
    let has_any = |list: &Phrases| words.iter().any(|&at| list.has(text.at(at)));
    let has_stop = has_any(&STOP) || has_stop_phrase;
    if text.is(words[0], &["no", "nope", "nah"]) && !has_any(&STOP) && !has_stop_phrase {
        return Some(Reply::No);
    }
    let has_negation = has_any(&NEGATIONS) || has_any(&NO);
    // "that is not false"
    let is_double = words.windows(2).any(|pair| {
        NEGATIONS.has(text.at(pair[0]))
            && text.is(pair[1], &["false", "wrong", "incorrect", "untrue", "inaccurate", "bad"])
    });
    let has_yes = has_any(&YES);
    // "stop, this is not the right answer" refuses; "never mind" and "no more talking" stop.
    if has_stop {
        let refuses = has_negation && has_yes && !has_stop_phrase;
        return Some(if refuses { Reply::No } else { Reply::Cancel });
    }
    if words.iter().any(|&at| text.is(at, &["no", "nope", "nah"])) {
        return Some(Reply::No);
    }
    match (has_yes || has_praise(text, &words), has_negation) {
        (true, false) => Some(Reply::Yes),
        (false, true) if is_double => Some(Reply::Yes),
        (_, true) => Some(Reply::No),
        _ => None,
    }
}

/// "you got it", "please let's do it", "that is what I want": agreement without a word of agreement.
fn has_praise(text: &Text, words: &[usize]) -> bool {
    static PHRASES: Phrases = Phrases::new(
        "uh - huh, you got it, let's do it, lets do it, do it, go ahead, go for it, what i want, \
         can we please, of course, how it is, that's it, that is it, i do, i am, you are, got the answer, \
         why not, please do, i would like that, you have got, you've got, you know it",
    );
    words.iter().any(|&at| PHRASES.end(text, at).is_some())
}

/// "the second one", "2", "the last", "option 3", "number two".
fn choice(text: &Text, tokens: Range<usize>) -> Option<Reply> {
    let mut at = tokens.start;
    at = text
        .any_phrase(
            at,
            &["i mean the", "i meant the", "i want the", "take the", "the", "option", "number", "no .", "#"],
        )
        .unwrap_or(at);
    let (number, mut end) = match text.at(at) {
        "last" | "latter" => (-1, at + 1),
        "former" => (1, at + 1),
        "first" => (1, at + 1),
        _ => {
            let (number, end) = ordinal(text, at).or_else(|| cardinal(text, at))?;
            (i32::try_from(number).ok()?, end)
        }
    };
    end = text.any_phrase(end, &["one", "option", "task", "of them", "choice"]).unwrap_or(end);
    while text.is(end, &[".", "!", "please"]) {
        end += 1;
    }
    (end == tokens.end && number != 0 && number <= 20).then_some(Reply::Choice(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Option<Reply> {
        let text = Text::new(words, &[]);
        reply(&text, 0..text.len())
    }

    #[test]
    fn agreement_refusal_and_stops_are_replies() {
        for (words, expected) in [
            ("yes", Reply::Yes),
            ("that is correct", Reply::Yes),
            ("you got it", Reply::Yes),
            ("that is not false", Reply::Yes),
            ("no", Reply::No),
            ("that's not what i want!", Reply::No),
            ("i do not think that is true", Reply::No),
            ("never mind", Reply::Cancel),
            ("please cancel that last command", Reply::Cancel),
            ("undo that", Reply::Undo),
            ("the second one", Reply::Choice(2)),
            ("the last one", Reply::Choice(-1)),
        ] {
            assert_eq!(read(words), Some(expected), "{words}");
        }
    }

    #[test]
    fn sentences_about_something_are_no_replies() {
        for words in [
            "cancel gym membership",
            "answer the phone",
            "stop newspaper delivery",
            "right wing article",
            "no sugar diet",
            "buy milk",
        ] {
            assert_eq!(read(words), None, "{words}");
        }
    }
}
