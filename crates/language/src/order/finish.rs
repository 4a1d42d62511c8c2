//! Completing and reopening.

use super::Sentence;
use crate::answer::{Operation, Understanding};
use crate::list::thing;
use crate::pattern::Patterns;
use crate::slots::slots;
use crate::target::{Target, target};

/// "mark buy milk as done", "check off the report", "complete buy milk".
pub fn complete(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "mark|set|flag|tag|put|make {} as|to|being done|complete|completed|finished|resolved|ticked",
        "mark|flag {} off|done|complete|completed|finished",
        "mark|flag {} off|done|complete|completed|finished $list",
        "mark|flag as done|complete|completed|finished : {}",
        "mark|flag as done|complete|completed|finished {}",
        "mark|flag done|complete|completed|finished {}",
        "mark {} as_done|as_complete|as_completed|off $list",
        "check|tick off {}",
        "cross|strike off|out {}",
        "check|tick|cross|strike {} off|out",
        "check|tick|cross|strike {} off|out $list",
        "cross|strike off|out {} $list",
        "check|tick off {} $list",
        "tick|cross {} $list",
        "complete ?the task {}",
        "done|finished : {}",
        "done with {}",
    ]);
    static OFF: Patterns = Patterns::new(&[
        "check|tick|cross|strike {} off $list",
        "check|tick|cross {} off_on $list",
        "cross|check that|it|this off ?of ?on $list",
        "cross|check that|it|this off $list",
    ]);
    let Sentence { text, core, .. } = sentence;
    let found = OFF
        .capture(text, core.clone())
        .or_else(|| PATTERNS.capture(text, core.clone()))
        .or_else(|| plain(sentence));
    let name = found?.first().cloned().unwrap_or(core.end..core.end);
    // "check my list" only looks.
    if text.is(core.start, &["check"]) && !(core.start..core.end).any(|at| text.is(at, &["off", "out"])) {
        return None;
    }
    // "complete-ish puzzle"
    if text.at(name.start) == "-" {
        return None;
    }
    let mut understood = Understanding::new(Operation::CompleteTask, 0.95);
    target(text, name).put(&mut understood, text, sentence.now);
    Some(understood)
}

/// "complete buy milk": without a date, which would make it a new task.
fn plain(sentence: &Sentence) -> Option<Vec<std::ops::Range<usize>>> {
    let Sentence { text, core, .. } = sentence;
    if !sentence.begins_with(&["complete", "tick", "finalize"]) || sentence.is_wish || core.len() < 2 {
        return None;
    }
    let name = core.start + 1..core.end;
    let found = slots(text, name.clone());
    let is_new = !found.whens.is_empty()
        || found.recurrence.is_some()
        || found.priority.is_some()
        || !found.tags.is_empty();
    (!is_new).then_some(vec![name])
}

/// "I finished the report", "the report is done", "I just took out the trash, so cross that off my list".
pub fn have_done(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "i|we have|'ve|just|already|already_just finished|completed|done|did ?with {}",
        "i|we finished|completed|did {}",
        "i've|we've ?just|already|finally finished|completed|done ?with {}",
        "i ?have ?just|already|finally finished|completed|done ?with {}",
        "i'm|i_am done|finished with {}",
        "finished|completed {}",
        "?the {} is|are ?now|already|all done|finished|complete|completed",
        "all_done|done with {}",
    ]);
    let Sentence { text, core, .. } = sentence;
    let found = PATTERNS.capture(text, core.clone())?;
    // "completed tasks" asks to see them.
    let is_list = thing(text.at(core.start + 1)).is_some() && text.at(core.start + 1).ends_with('s');
    if is_list {
        return None;
    }
    let mut name = found.first()?.clone();
    // The rest of the sentence says what to do with it.
    if let Some(at) = name.clone().find(|&at| {
        text.is(at, &[",", "so", "."]) && text.is(at + 1, &["so", "cross", "check", "mark", "please", "tick"])
    }) {
        name.end = at;
    }
    let is_statement = text
        .is(name.start, &["in", "at", "on", "that", "what", "not", "when", "as", "all", "nothing"])
        || name.len() > 12;
    if is_statement || matches!(target(text, name.clone()), Target::Context(_)) && core.len() > 6 {
        return None;
    }
    let mut understood = Understanding::new(Operation::CompleteTask, 0.8);
    target(text, name).put(&mut understood, text, sentence.now);
    Some(understood)
}

/// "reopen buy milk", "mark the report as not done", "the report is not done yet".
pub fn reopen(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "reopen|uncomplete|unfinish|reactivate|untick|uncheck|un-complete|re-open {}",
        "re - open {}",
        "mark|set|flag {} as|to not_done|undone|incomplete|not_complete|not_completed|unfinished|not_finished|open|active|todo|to_do|uncompleted|pending",
        "mark|set|flag {} undone|incomplete|unfinished|active|not_done",
        "?the {} is not|still_not done|finished|complete|completed ?yet",
        "?the {} isn't|isnt done|finished|complete|completed ?yet",
        "i didn't|didnt|have_not|haven't actually finish|finished|complete|completed|do|done {}",
        "i didn't|did_not actually finish|complete|do {}",
        "bring {} back ?to ?my ?list",
        "open {} again",
    ]);
    let found = PATTERNS.capture(sentence.text, sentence.core.clone())?;
    let mut understood = Understanding::new(Operation::ReopenTask, 0.9);
    target(sentence.text, found.first()?.clone()).put(&mut understood, sentence.text, sentence.now);
    Some(understood)
}
