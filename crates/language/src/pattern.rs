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

use crate::list::on_list;
use crate::number::amount;
use crate::text::Text;
use crate::when::when;

/// Matches tokens with a pattern, and returns the captures.
pub fn capture(text: &Text, tokens: Range<usize>, pattern: &str) -> Option<Vec<Range<usize>>> {
    let first = pattern.split(' ').next()?;
    // Most patterns begin with a word and fail there.
    if !first.starts_with(['{', '?', '$']) && word(text, tokens.start, tokens.end, first).is_none() {
        return None;
    }
    let elements: Vec<&str> = pattern.split(' ').collect();
    let mut captures = Vec::new();
    matches(text, tokens.start, tokens.end, &elements, &mut captures).then_some(captures)
}

/// Matches tokens with the first of several patterns that fits.
pub fn capture_any(text: &Text, tokens: Range<usize>, patterns: &[&str]) -> Option<Vec<Range<usize>>> {
    patterns.iter().find_map(|pattern| capture(text, tokens.clone(), pattern))
}

fn matches(text: &Text, at: usize, end: usize, elements: &[&str], captures: &mut Vec<Range<usize>>) -> bool {
    let Some((element, rest)) = elements.split_first() else { return at == end };
    match *element {
        "{}" | "{?}" => {
            let shortest = if *element == "{}" { at + 1 } else { at };
            // The last capture takes everything.
            let lengths =
                if rest.is_empty() { end.max(shortest)..end.max(shortest) + 1 } else { shortest..end + 1 };
            for stop in lengths {
                if stop > end {
                    return false;
                }
                captures.push(at..stop);
                if matches(text, stop, end, rest, captures) {
                    return true;
                }
                captures.pop();
            }
            false
        }
        "$when" => {
            let found = when(text, at).map(|found| found.tokens.end).filter(|stop| *stop <= end);
            found.is_some_and(|stop| captured(text, at..stop, end, rest, captures))
        }
        "$amount" => {
            let found = amount(text, at).map(|(_, stop)| stop).filter(|stop| *stop <= end);
            found.is_some_and(|stop| captured(text, at..stop, end, rest, captures))
        }
        "$list" => {
            let found = on_list(text, at).map(|list| list.end).filter(|stop| *stop <= end);
            found.is_some_and(|stop| captured(text, at..stop, end, rest, captures))
        }
        element => match element.strip_prefix('?') {
            Some(optional) => {
                let found = word(text, at, end, optional);
                found.is_some_and(|next| matches(text, next, end, rest, captures))
                    || matches(text, at, end, rest, captures)
            }
            None => word(text, at, end, element).is_some_and(|next| matches(text, next, end, rest, captures)),
        },
    }
}

fn captured(
    text: &Text,
    found: Range<usize>,
    end: usize,
    rest: &[&str],
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

/// Returns the end of the longest alternative that begins here.
fn word(text: &Text, at: usize, limit: usize, alternatives: &str) -> Option<usize> {
    let ends = alternatives.split('|').filter_map(|alternative| {
        let mut next = at;
        for word in alternative.split('_') {
            if text.at(next) != word || text.at(next).is_empty() {
                return None;
            }
            next += 1;
        }
        // "complete-ish" is another word.
        let is_whole = !(text.at(next) == "-" && text.is_glued(next) && text.is_glued(next + 1));
        (next <= limit && is_whole).then_some(next)
    });
    ends.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sentence: &str, pattern: &str) -> Option<Vec<String>> {
        let text = Text::new(sentence, &[]);
        let captures = capture(&text, 0..text.len(), pattern)?;
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
