//! From a text to its understanding.

use std::ops::Range;

use crate::answer::{Operation, Understanding};
use crate::chatter::{is_about_abilities, is_greeting, is_injection};
use crate::order::{Sentence, order, plain};
use crate::question::{is_question, question};
use crate::reply::reply;
use crate::resolve::Now;
use crate::text::Text;
use crate::wishes::wishes;

/// Most tokens of a sentence that is compared with the patterns of orders and questions.
const LONGEST_ORDER: usize = 60;

/// Understands a text. What `keep` covers, in characters, is text and nothing else.
pub fn understand(text: &str, keep: &[Range<usize>], now: &Now) -> Understanding {
    let text = Text::new(text, keep);
    let all = 0..text.len();
    let is_said =
        |at: usize| text.is_word(at) || text.is_number(at) || text.is_opaque(at) || text.at(at) == "?";
    if !all.clone().any(is_said) {
        return Understanding::new(Operation::Unknown, 0.0);
    }
    if is_injection(&text, all.clone()) {
        return Understanding::new(Operation::Unknown, 0.2);
    }
    if let Some(reply) = reply(&text, all.clone()) {
        let mut understood = Understanding::new(Operation::Unknown, 0.5);
        understood.answer = Some(reply);
        return understood;
    }
    let mut wishes = wishes(&text, all).into_iter().map(|tokens| one(&text, tokens, now));
    let Some(mut first) = wishes.next() else { return Understanding::new(Operation::Unknown, 0.0) };
    first.then = wishes.collect();
    first
}

/// Understands one wish.
fn one(text: &Text, tokens: Range<usize>, now: &Now) -> Understanding {
    let sentence = Sentence::new(text, tokens.clone(), now);
    if is_greeting(text, tokens.clone()) {
        return Understanding::new(Operation::Unknown, 0.3);
    }
    if sentence.core.len() <= 3 && is_about_abilities(text, tokens.clone()) {
        return Understanding::new(Operation::Help, 0.9);
    }
    let asks = is_question(text, sentence.core.clone());
    // A page of text is no order. It is a title, or too long for one.
    if sentence.core.len() > LONGEST_ORDER {
        return if asks { Understanding::new(Operation::Unknown, 0.3) } else { plain(&sentence, 0.7) };
    }
    if !asks && let Some(understood) = order(&sentence) {
        return understood;
    }
    if let Some(understood) = question(text, sentence.core.clone(), asks, now) {
        return understood;
    }
    plain(&sentence, 0.7)
}
