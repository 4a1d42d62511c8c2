//! Questions about tasks.

mod form;
mod tools;
mod topic;

use std::ops::Range;

use crate::answer::{Operation, SpanKind, Understanding};
use crate::chatter::{is_about_abilities, is_greeting};
use crate::filter::filters;
use crate::phrases::Phrases;
use crate::resolve::{Aim, Now};
use crate::text::Text;

use form::{QUESTION_WORDS, reads};
use tools::{history, is_past, notifications, one_task, reminders, search, series, tasks};
use topic::{Topic, is_heading, topic};

pub use form::is_question;

/// Makes the understanding of a question, or of a wish to see something.
pub fn question(text: &Text, tokens: Range<usize>, has_question: bool, now: &Now) -> Option<Understanding> {
    let read = reads(text, tokens.start, tokens.end);
    if read.is_none() && !has_question && !is_heading(text, tokens.clone()) {
        return None;
    }
    let body = match read {
        Some((end, _)) if !has_question => end..tokens.end,
        _ => tokens.clone(),
    };
    let topic = topic(text, if has_question { tokens.clone() } else { body.clone() });
    let is_heading = read.is_none() && !has_question;
    // "review the report" is a task, "review my tasks" is none; "can you see if …" and "I want to see …" ask.
    let is_asked = text.is_after(tokens.start, &["you", "please", "to"])
        && (QUESTION_WORDS.has(text.at(body.start))
            || text.is(body.start, &["if", "whether"])
            || text.is_after(body.start, &["if", "whether", "see", "hear"]));
    let is_certain = has_question || read.is_some_and(|(_, is_strong)| is_strong || is_asked);
    if is_about_abilities(text, tokens.clone()) && !(topic.list || topic.reminders || topic.remembers) {
        return Some(Understanding::new(Operation::Help, 0.9));
    }
    let rules: [fn(&Asked) -> Option<Understanding>; 7] =
        [history, notifications, series, reminders, one_task, search, tasks];
    let is_plain = text.is(tokens.start, &["search", "sort"])
        || (tokens.clone()).any(|at| text.is(at, &["history", "changes", "log"]));
    if !(is_certain || is_heading || topic.is_ours() || is_plain) {
        return None;
    }
    let asked = Asked {
        text,
        tokens: tokens.clone(),
        body,
        topic,
        now,
        is_read: read.is_some() && !has_question,
        is_heading,
    };
    let found = rules.iter().find_map(|rule| rule(&asked));
    found.or_else(|| is_certain.then(|| unknown(&asked)))
}

/// Question with what is known of it.
struct Asked<'a> {
    text: &'a Text,
    tokens: Range<usize>,
    /// Tokens without "show me".
    body: Range<usize>,
    topic: Topic,
    now: &'a Now,
    is_read: bool,
    is_heading: bool,
}

impl Asked<'_> {
    fn has(&self, words: &[&str]) -> bool {
        self.tokens.clone().any(|at| self.text.is(at, words))
    }

    fn has_one(&self, words: &Phrases) -> bool {
        self.tokens.clone().any(|at| words.has(self.text.at(at)))
    }

    fn has_any(&self, phrases: &Phrases) -> bool {
        self.tokens.clone().any(|at| phrases.end(self.text, at).is_some_and(|end| end <= self.tokens.end))
    }

    fn has_phrase(&self, phrases: &[&str]) -> bool {
        self.tokens
            .clone()
            .any(|at| self.text.any_phrase(at, phrases).is_some_and(|end| end <= self.tokens.end))
    }
}

/// Question about something else. A date in it is kept, for the next turn of a dialogue.
fn unknown(asked: &Asked) -> Understanding {
    let mut understood = Understanding::new(Operation::Unknown, 0.3);
    if is_greeting(asked.text, asked.tokens.clone()) {
        return understood;
    }
    let aim = if is_past(asked) { Aim::Passed } else { Aim::Coming };
    let filters = filters(asked.text, asked.tokens.clone(), aim, asked.now);
    for name in ["due_after", "due_before"] {
        if let Some(value) = filters.data.get(name) {
            understood.data.insert(name.to_owned(), value.clone());
        }
    }
    understood.spans = filters.spans.into_iter().filter(|span| span.kind == SpanKind::Date).collect();
    understood
}
