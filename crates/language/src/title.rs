//! Titles: what is left of a sentence when the recognized phrases have gone.

use std::ops::Range;

use crate::answer::{Span, SpanKind};
use crate::text::Text;

/// Title, and the spans that have left it.
pub struct Title {
    pub title: Option<String>,
    pub spans: Vec<Span>,
}

/// Cuts spans out of the tokens of a sentence. Separators that would stand alone leave with them.
pub fn title(text: &Text, tokens: Range<usize>, mut spans: Vec<Span>) -> Title {
    let chars = text.chars();
    let whole = text.place(tokens);
    spans.sort_by_key(|span| span.from);
    spans.dedup_by(|later, earlier| later.from < earlier.to);
    for index in 0..spans.len() {
        absorb(text, &whole, &mut spans, index);
    }
    let mut left = pieces(chars, &whole, &spans);
    // A quoted title is what the quotation marks enclose, verbatim.
    let mut is_verbatim = false;
    if let [piece] = left.as_slice() {
        let trimmed = trim(chars, piece.clone());
        if text.quotes().contains(&trimmed) {
            let inner = trimmed.start + 1..trimmed.end - 1;
            for mark in [trimmed.start..inner.start, inner.end..trimmed.end] {
                spans.push(Span { from: mark.start, to: mark.end, kind: SpanKind::Quote, value: None });
            }
            spans.sort_by_key(|span| span.from);
            left = vec![inner];
            is_verbatim = true;
        }
    }
    let mut title = String::new();
    for piece in left {
        let words: String = chars[piece].iter().collect();
        let words = if is_verbatim { words } else { words.split_whitespace().collect::<Vec<_>>().join(" ") };
        let is_joined = words.starts_with([',', '.', ';', ':', '!', '?', ')', '\'']);
        if !title.is_empty() && !words.is_empty() && !is_joined && !title.ends_with('(') {
            title.push(' ');
        }
        title += &words;
    }
    let has_content =
        title.chars().any(|c| !domain::is_invisible(c) && (c.is_alphanumeric() || !c.is_ascii()));
    Title { title: has_content.then_some(title), spans }
}

/// Passages between the spans.
fn pieces(chars: &[char], whole: &Range<usize>, spans: &[Span]) -> Vec<Range<usize>> {
    let mut begin = whole.start;
    let mut pieces = Vec::new();
    for span in spans {
        pieces.push(begin..span.from.max(begin));
        begin = span.to.max(begin);
    }
    pieces.push(begin..whole.end.max(begin));
    pieces.retain(|piece| chars[piece.clone()].iter().any(|c| !c.is_whitespace()));
    pieces
}

fn trim(chars: &[char], piece: Range<usize>) -> Range<usize> {
    let begin = piece.clone().find(|&at| !chars[at].is_whitespace()).unwrap_or(piece.start);
    let end = piece.rev().find(|&at| !chars[at].is_whitespace()).map_or(begin, |at| at + 1);
    begin..end
}

/// Extends a span over the separators that would be left over beside it, unless they are quoted or pinned.
fn absorb(text: &Text, whole: &Range<usize>, spans: &mut [Span], index: usize) {
    let chars = text.chars();
    let previous_end = index.checked_sub(1).map_or(whole.start, |before| spans[before].to).max(whole.start);
    let next_start = spans.get(index + 1).map_or(whole.end, |next| next.from);
    let is_space = |at: usize| chars[at].is_whitespace();
    loop {
        let Span { from, to, .. } = spans[index];
        let left = (previous_end..from).rev().find(|&at| !is_space(at));
        let right = (to..next_start).find(|&at| !is_space(at));
        let is_first = left.is_none() && index == 0;
        let is_last = right.is_none() && index + 1 == spans.len();
        let (begin, end) = (left.unwrap_or(from), right.map_or(to, |at| at + 1));
        let (begin, end) = match (left.map(|at| chars[at]), right.map(|at| chars[at])) {
            // Empty brackets.
            (Some('('), Some(')')) | (Some('['), Some(']')) => (begin, end),
            // "Dinner, tomorrow, with Bob"
            (Some(',' | ';'), Some(',' | ';')) => (begin, to),
            // "Tomorrow: call mom", "Call mom tomorrow."
            (_, Some(',' | ';' | ':' | '-' | '–' | '—' | '.' | '!'))
                if is_first && is_separator(chars, right, next_start) =>
            {
                (from, end)
            }
            (_, Some('.' | '!' | '?' | ',' | ';'))
                if is_only_signs(chars, to..next_start) && index + 1 == spans.len() =>
            {
                (from, end)
            }
            // "Lunch, tomorrow", "Standup - Tuesdays"
            (Some(',' | ';' | ':' | '-' | '–' | '—' | '@' | '|' | '/'), _)
                if is_last && left.is_some_and(|at| !is_glued(chars, at)) =>
            {
                (begin, to)
            }
            // Separators between two spans.
            (Some(c), _) if index > 0 && !c.is_alphanumeric() && is_only_signs(chars, previous_end..from) => {
                (begin, to)
            }
            _ => return,
        };
        if text.has_opaque(begin..from) || text.has_opaque(to..end) {
            return;
        }
        (spans[index].from, spans[index].to) = (begin, end);
    }
}

/// True if only separators stand there.
fn is_only_signs(chars: &[char], range: Range<usize>) -> bool {
    range.into_iter().all(|at| {
        chars[at].is_whitespace()
            || matches!(chars[at], ',' | ';' | '.' | '!' | '?' | '-' | '–' | ':' | '&' | '|' | '/')
    })
}

/// True if a sign stands between things, and does not begin one, as the dash of "-5" does.
fn is_separator(chars: &[char], at: Option<usize>, end: usize) -> bool {
    at.is_some_and(|at| at + 1 >= end || chars[at + 1].is_whitespace() || chars[at].is_alphanumeric())
}

/// True for a dash inside of a word.
fn is_glued(chars: &[char], at: usize) -> bool {
    matches!(chars[at], '-' | '/' | '–') && at > 0 && !chars[at - 1].is_whitespace()
}
