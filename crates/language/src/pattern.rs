//! Patterns of sentences, such as `mark|set {} as done|finished`.
//!
//! The elements of a pattern are separated by spaces:
//! - `mark|set`: one of these words; `_` joins the words of a phrase (`get_rid_of`);
//! - `?the|my`: one of these words, or none;
//! - `{}`: some tokens, as few as possible; `{?}`: some or none;
//! - `$when`, `$list`, `$amount`: a point in time, a list with its preposition, an amount of time.
//!
//! A pattern has to match all tokens. Captures come in order.

use std::ops::Range;
use std::sync::OnceLock;

use crate::list::on_list;
use crate::number::amount;
use crate::text::{Text, is_same};
use crate::when::when;

/// Patterns, which are read when they are first needed.
pub struct Patterns {
    list: &'static [&'static str],
    parsed: OnceLock<Vec<Pattern>>,
}

struct Pattern {
    elements: Vec<Element>,
    /// First letters of the words with which it begins, a bit each; all of them if it begins with something
    /// else.
    letters: u128,
    needs_list: bool,
}

enum Element {
    /// One of these has to stand here.
    Words(Alternatives),
    Optional(Alternatives),
    Some,
    Any,
    When,
    List,
    Amount,
}

/// Phrases, each with its words.
struct Alternatives {
    phrases: Vec<Vec<&'static str>>,
    /// First letters of the phrases, a bit each: most tokens are none of them.
    letters: u128,
}

impl Patterns {
    /// Patterns from their text.
    pub const fn new(list: &'static [&'static str]) -> Self {
        Self { list, parsed: OnceLock::new() }
    }

    /// Matches tokens with the first pattern that fits, and returns the captures.
    pub fn capture(&self, text: &Text, tokens: Range<usize>) -> Option<Vec<Range<usize>>> {
        self.matches(text, tokens).next().map(|(_, captures)| captures)
    }

    /// Matches tokens with each pattern. Returns those that fit, with the captures.
    pub fn matches<'a>(
        &'a self,
        text: &'a Text,
        tokens: Range<usize>,
    ) -> impl Iterator<Item = (&'static str, Vec<Range<usize>>)> + 'a {
        let parsed =
            self.parsed.get_or_init(|| self.list.iter().map(|pattern| Pattern::new(pattern)).collect());
        let letter = letter(text.at(tokens.start));
        let fits = move |pattern: &Pattern| {
            pattern.letters & letter != 0 && (!pattern.needs_list || text.has_list())
        };
        self.list.iter().zip(parsed).filter(move |(_, pattern)| fits(pattern)).filter_map(
            move |(name, pattern)| {
                let mut captures = Vec::new();
                let is_match = matches(text, tokens.start, tokens.end, &pattern.elements, &mut captures);
                is_match.then_some((*name, captures))
            },
        )
    }
}

impl Pattern {
    fn new(pattern: &'static str) -> Self {
        let elements: Vec<Element> = pattern.split(' ').map(Element::new).collect();
        let letters = match elements.first() {
            Some(Element::Words(alternatives)) => alternatives.letters,
            _ => u128::MAX,
        };
        Self {
            needs_list: elements.iter().any(|element| matches!(element, Element::List)),
            letters,
            elements,
        }
    }
}

impl Element {
    fn new(element: &'static str) -> Self {
        match element {
            "{}" => Self::Some,
            "{?}" => Self::Any,
            "$when" => Self::When,
            "$list" => Self::List,
            "$amount" => Self::Amount,
            _ => match element.strip_prefix('?') {
                Some(optional) => Self::Optional(Alternatives::new(optional)),
                None => Self::Words(Alternatives::new(element)),
            },
        }
    }
}

impl Alternatives {
    fn new(text: &'static str) -> Self {
        let phrases: Vec<Vec<&str>> = text.split('|').map(|phrase| phrase.split('_').collect()).collect();
        let letters =
            phrases.iter().filter_map(|words| words.first()).fold(0, |all, word| all | letter(word));
        Self { phrases, letters }
    }

    /// Returns the end of the longest phrase that stands here.
    fn end(&self, text: &Text, at: usize, limit: usize) -> Option<usize> {
        if self.letters & letter(text.at(at)) == 0 {
            return None;
        }
        let ends = self.phrases.iter().filter_map(|words| {
            let is_here = (at..).zip(words).all(|(at, word)| is_same(word, text.at(at)));
            let next = at + words.len();
            // "complete-ish" is another word.
            let is_whole = || !(text.at(next) == "-" && text.is_glued(next) && text.is_glued(next + 1));
            (is_here && next <= limit && is_whole()).then_some(next)
        });
        ends.max()
    }
}

/// Bit of the first letter of a word.
fn letter(word: &str) -> u128 {
    word.as_bytes().first().map_or(1, |letter| 1 << (letter % 128))
}

fn matches(
    text: &Text,
    at: usize,
    end: usize,
    elements: &[Element],
    captures: &mut Vec<Range<usize>>,
) -> bool {
    let Some((element, rest)) = elements.split_first() else { return at == end };
    let stop = match element {
        Element::Some | Element::Any => {
            let shortest = if matches!(element, Element::Some) { at + 1 } else { at };
            // The last capture takes everything.
            let first = if rest.is_empty() { end.max(shortest) } else { shortest };
            return (first..end + 1).any(|stop| captured(text, at..stop, end, rest, captures));
        }
        Element::Words(words) => {
            return words.end(text, at, end).is_some_and(|next| matches(text, next, end, rest, captures));
        }
        Element::Optional(words) => {
            return words.end(text, at, end).is_some_and(|next| matches(text, next, end, rest, captures))
                || matches(text, at, end, rest, captures);
        }
        Element::When => when(text, at).map(|found| found.tokens.end),
        Element::List => on_list(text, at).map(|list| list.end),
        Element::Amount => amount(text, at).map(|(_, stop)| stop),
    };
    stop.filter(|stop| *stop <= end).is_some_and(|stop| captured(text, at..stop, end, rest, captures))
}

fn captured(
    text: &Text,
    found: Range<usize>,
    end: usize,
    rest: &[Element],
    captures: &mut Vec<Range<usize>>,
) -> bool {
    let next = found.end;
    captures.push(found);
    if matches(text, next, end, rest, captures) {
        return true;
    }
    captures.pop();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sentence: &str, pattern: &'static str) -> Option<Vec<String>> {
        let text = Text::new(sentence, &[]);
        let elements = Pattern::new(pattern).elements;
        let mut captures = Vec::new();
        if !matches(&text, 0, text.len(), &elements, &mut captures) {
            return None;
        }
        Some(captures.into_iter().map(|range| text.original(range)).collect())
    }

    #[test]
    fn captures_are_as_short_as_the_rest_allows() {
        assert_eq!(
            words("mark buy milk as done", "mark|set {} as done|finished"),
            Some(vec!["buy milk".into()])
        );
        assert_eq!(words("get rid of the lamp", "get_rid_of ?the {}"), Some(vec!["lamp".into()]));
        assert_eq!(
            words("move the report to friday", "move ?the {} to $when"),
            Some(vec!["report".into(), "friday".into()])
        );
        assert_eq!(
            words("take milk off my list", "take {} $list"),
            Some(vec!["milk".into(), "off my list".into()])
        );
    }

    #[test]
    fn a_pattern_has_to_match_everything() {
        assert_eq!(words("mark buy milk as done again", "mark {} as done"), None);
        assert_eq!(words("move the couch to the cellar", "move {} to $when"), None);
    }
}
