//! Orders: sentences that say what to do with tasks, series and reminders.

mod change;
mod correct;
mod create;
mod finish;
mod remind;
mod remove;

use std::ops::Range;

use crate::answer::Understanding;
use crate::recurrence::recurrence;
use crate::resolve::Now;
use crate::text::Text;
use crate::when::when;
use crate::wrap::Wrapped;

pub use create::plain;

/// Sentence with the words around its wish.
pub struct Sentence<'a> {
    pub text: &'a Text,
    /// All tokens of the sentence.
    pub tokens: Range<usize>,
    /// Tokens of the wish.
    pub core: Range<usize>,
    /// Tokens from which a title begins, if the sentence is no order.
    pub title: Range<usize>,
    pub is_wish: bool,
    /// Date before an order: "tomorrow at 5, remind me to …".
    pub head: Range<usize>,
    pub now: &'a Now,
}

impl<'a> Sentence<'a> {
    /// Unwraps a sentence.
    pub fn new(text: &'a Text, tokens: Range<usize>, now: &'a Now) -> Self {
        let Wrapped { core, title, is_wish } = crate::wrap::unwrap(text, tokens.clone());
        let head = core.start..core.start;
        Self { text, tokens, core, title, is_wish, head, now }
    }

    /// Returns the sentence behind the date with which it begins.
    fn after_date(&self) -> Option<Self> {
        let text = self.text;
        let found = when(text, self.core.start)
            .map(|found| found.tokens)
            .or_else(|| recurrence(text, self.core.start).map(|found| found.tokens))?;
        let begin =
            (found.end..self.core.end).find(|&at| !text.is(at, &[",", ":", "please", "can", "you"]))?;
        let core = begin..self.core.end;
        Some(Self {
            text,
            tokens: self.tokens.clone(),
            core,
            title: self.title.clone(),
            is_wish: self.is_wish,
            head: found,
            now: self.now,
        })
    }

    /// True if the wish begins with one of these words.
    pub fn begins_with(&self, words: &[&str]) -> bool {
        self.text.is(self.core.start, words)
    }
}

/// Understands an order. The first rule that fits wins.
pub fn order(sentence: &Sentence) -> Option<Understanding> {
    let rules: [fn(&Sentence) -> Option<Understanding>; 18] = [
        correct::date,
        remind::before_a_task,
        change::tags,
        change::priority,
        change::due_date,
        change::rename,
        finish::reopen,
        finish::complete,
        remove::series,
        remove::reminder,
        remove::task,
        change::repeat,
        remind::remind,
        remind::alarm,
        create::on_list,
        create::task,
        create::event,
        finish::have_done,
    ];
    rules.iter().find_map(|rule| rule(sentence)).or_else(|| {
        let rest = sentence.after_date()?;
        [remind::remind, remind::alarm, create::on_list, create::task].iter().find_map(|rule| rule(&rest))
    })
}
