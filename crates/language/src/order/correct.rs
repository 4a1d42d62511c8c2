//! Corrections of the date that was understood before: "no, friday", "I meant 5 pm", "friday instead".

use super::Sentence;
use super::change::to_date;
use crate::answer::{Reply, Understanding};
use crate::pattern::Patterns;

/// "no, friday": which task it is about, only the dialogue knows.
pub fn date(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "no|nope|nah|sorry|wait|oops|actually|rather ?, ?i ?meant|mean|said $when ?instead|rather",
        "i meant|mean|said $when",
        "not that|this ?day|date|time|one , $when",
        "$when instead|rather",
    ]);
    let Sentence { text, tokens, .. } = sentence;
    let end = tokens.clone().rev().find(|&at| !text.is(at, &[".", "!"]))? + 1;
    let at = PATTERNS.capture(text, tokens.start..end)?.pop()?;
    let mut understood = to_date(sentence, at.start..at.start, at);
    understood.confidence = 0.7;
    understood.answer = Some(Reply::No);
    Some(understood)
}
