//! Forms of questions: "what …", "is there …", "show me …".

use std::ops::Range;

use crate::list::{on_list, thing};
use crate::period::period;
use crate::phrases::Phrases;
use crate::text::Text;

pub static QUESTION_WORDS: Phrases = Phrases::new(
    "what, what's, whats, wat, who, who's, whos, whose, where, where's, wheres, when, when's, whens, which, \
     why, how, how's, hows",
);

/// Verbs that begin a question when a subject follows.
static AUXILIARIES: Phrases = Phrases::new(
    "is, are, am, was, were, does, did, has, isn't, aren't, doesn't, didn't, do, have, can, could, will, \
     would, should, shall, may, might, must, haven't, don't, won't, had",
);

static SUBJECTS: Phrases = Phrases::new(
    "i, you, we, they, he, she, it, the, my, your, any, there, a, an, this, that, these, those, people, \
     anyone, anybody, someone, his, her, our, their, u, all, some, every, women, men, kids, children, most, \
     one, things, everyone, anything, of",
);

/// Verbs that ask to see something.
static READS: Phrases = Phrases::new(
    "show me, tell me, give me a list of, give me, let me know, let me see, let me hear, let's hear, \
     lets hear, let's see, recite, iterate, walk me through, talk me through, hear about, hear, \
     refresh my memory, inform me, explain, define, describe, remind me what, remind me which, \
     remind me who, remind me where, remind me when, remind me how, remind me why, remind me if, \
     remind me of what, remind me the things, remind me of the items, remind me of the tasks, \
     remind me of my tasks, remind me about my alarms, remind me of my reminders, know, curious, wondering, \
     can i know, may i know, could i know, can i see, can i hear, may i see, what about, how about, \
     more information, more info, more about, just to confirm, say, enumerate, narrate",
);

/// Verbs that may ask to see something of TaskFlow, but begin titles of tasks as well.
static WEAK_READS: Phrases = Phrases::new(
    "list out, list off, list, read out, read back, read off, read me, read, view, check out, checkout, \
     check up on, check, open up, open, pull up, bring up, repeat back, repeat, go through, go back over, \
     go over, review, find out, find, look up, look for, look to see, look, search for, search, count, \
     confirm, see if, see whether, see, print out, state, get me a list of, get me, give, tell, refresh, \
     to confirm, verify, make sure, fetch, retrieve, run through, provide, summarize, sum up, preview, scan, \
     browse, access, information on, info on, details on, details of, details about, arrange, sort, filter, \
     show, display, if there, discuss",
);

/// True if the sentence asks something, or asks to see something.
pub fn is_question(text: &Text, tokens: Range<usize>) -> bool {
    let at = tokens.start;
    let has_mark = (tokens.start..text.len()).any(|at| text.at(at) == "?" && !text.is_glued(at + 1));
    if QUESTION_WORDS.has(text.at(at)) && tokens.len() > 1 {
        return true;
    }
    if AUXILIARIES.has(text.at(at)) && is_inverted(text, at, tokens.end, has_mark) {
        return true;
    }
    // "on my reminders list, is there an item", "at what time is laundry", "in the last year how many"
    let led =
        on_list(text, at).map(|list| list.end).or_else(|| period(text, at).map(|found| found.tokens.end));
    if let Some(next) = led.filter(|next| *next < tokens.end) {
        let next = if text.at(next) == "," { next + 1 } else { next };
        let is_list = on_list(text, at).is_some();
        if QUESTION_WORDS.has(text.at(next))
            || ((is_list || text.before(next) == ",")
                && AUXILIARIES.has(text.at(next))
                && is_inverted(text, next, tokens.end, has_mark))
        {
            return true;
        }
    }
    if text.is(at, &["at", "on", "in", "for", "by", "to", "since", "until"])
        && QUESTION_WORDS.has(text.at(at + 1))
    {
        return true;
    }
    // "I need my list read"
    if text.is_after(tokens.end, &["read", "listed", "shown"])
        && tokens.len() > 3
        && text.is(at, &["my", "the"])
    {
        return true;
    }
    // "today how many alarms do i have", "on my list of reminders is what",
    // "the tasks for today, what are they"
    let is_late = (at..tokens.end.min(at + 8)).any(|next| {
        QUESTION_WORDS.has(text.at(next))
            && (text.before(next) == ","
                || text.is(next + 1, &["many", "much", "do", "is", "are", "did"])
                || next + 1 == tokens.end)
    });
    if text.is_after(tokens.end, &["what"]) && tokens.len() > 2 {
        return true;
    }
    let has_subject = (at..tokens.end).any(|next| text.is(next, &["i", "my", "they", "it"])) || has_mark;
    if is_late && has_subject {
        return true;
    }
    // "any meetings tomorrow?", "anything due this week?"
    let is_short = text.is(at, &["any", "anything", "anybody"]);
    is_short || (has_mark && text.is(at, &["nothing", "got", "something"]))
}

/// True if an auxiliary verb has its subject after it.
fn is_inverted(text: &Text, at: usize, end: usize, has_mark: bool) -> bool {
    let next = at + 1;
    match text.at(at) {
        "is" | "are" | "am" | "was" | "were" | "does" | "did" | "has" | "isn't" | "aren't" | "doesn't"
        | "didn't" | "had" => next < end,
        // "do the dishes", "do laundry"; "do employers have to …"
        "do" => {
            let is_pronoun = text.is(
                next,
                &["i", "you", "we", "they", "people", "any", "u", "women", "men", "kids", "these", "those"],
            );
            let is_plural = text.at(next).ends_with('s')
                && next + 2 < end
                && !text.is(
                    next + 1,
                    &[
                        "and", "of", "for", "with", "at", "in", "on", "before", "after", "to", "every",
                        "from", "by", "this",
                    ],
                );
            is_pronoun
                || (text.is(next, &["the", "my", "our"]) && has_mark)
                || (is_plural
                    && text.weekday(next + 1).is_none()
                    && text.relative_day(next + 1).is_none()
                    && text.is_word(next + 1))
        }
        "have" => text.is(next, &["i", "you", "we", "they", "there", "any", "u"]),
        "haven't" | "don't" => text.is(next, &["i", "you", "we", "they"]) && has_mark,
        "may" => text.is(next, &["i", "we"]),
        "can" | "could" | "will" | "would" | "should" | "shall" | "might" | "must" | "won't" => {
            SUBJECTS.has(text.at(next)) || (has_mark && next < end)
        }
        _ => false,
    }
}

/// Returns the end of the words that ask to see something, and true if they can mean nothing else.
pub fn reads(text: &Text, at: usize, limit: usize) -> Option<(usize, bool)> {
    // "remind me of my tasks": the noun belongs to the question.
    let without_noun = |end: usize| if thing(text.before(end)).is_some() { end - 1 } else { end };
    let end = |verbs: &Phrases| verbs.end(text, at).filter(|end| *end <= limit).map(without_noun);
    end(&READS).map(|end| (end, true)).or_else(|| end(&WEAK_READS).map(|end| (end, false)))
}
