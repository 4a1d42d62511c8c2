//! Rules that every understanding keeps, whatever the text.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use language::{Now, Operation, SpanKind, Understanding, understand};
use serde_json::{Value, json};

use crate::arguments::rejected;

/// Understands a text and returns the first rule that the understanding breaks.
pub fn broken(text: &str, keep: &[Range<usize>], now: &Now) -> Option<String> {
    let understood = understand(text, keep, now);
    if understood != understand(text, keep, now) {
        return Some("the same text is understood differently".to_owned());
    }
    let all = || std::iter::once(&understood).chain(&understood.then);
    let fault = all().find_map(|one| shape(one).or_else(|| rejected(one, now)).or_else(|| past(one, now)));
    fault.or_else(|| spans(text, keep, all())).or_else(|| title(text, keep, &understood)).or_else(|| {
        let is_plain = keep.is_empty() && text.is_ascii();
        is_plain.then(|| forms(text, &understood, now)).flatten()
    })
}

/// Questions, options and confidence fit together.
fn shape(understood: &Understanding) -> Option<String> {
    if !(0.0..=1.0).contains(&understood.confidence) {
        return Some(format!("the confidence is {}", understood.confidence));
    }
    if understood.needs_clarification != understood.question.is_some() {
        return Some("a question is missing, or nobody waits for its answer".to_owned());
    }
    if !understood.options.is_empty() && understood.question.is_none() {
        return Some("there are answers without a question".to_owned());
    }
    let title = understood.data.get("title").and_then(Value::as_str);
    if title.is_some_and(|title| title.trim() != title || title.is_empty() || title.chars().count() > 500) {
        return Some(format!("the title is {title:?}"));
    }
    None
}

/// A new date lies ahead, unless the sentence says otherwise: then it asks.
fn past(understood: &Understanding, now: &Now) -> Option<String> {
    if understood.needs_clarification {
        return None;
    }
    let is_past = |text: &str| match text.parse::<Timestamp>() {
        Ok(instant) => instant < now.instant,
        Err(_) => text.parse::<Date>().is_ok_and(|date| date < now.local.date()),
    };
    let points =
        ["due_date", "start_date"].into_iter().filter_map(|name| understood.data.get(name)?.as_str());
    let found = points.into_iter().find(|point| is_past(point))?;
    Some(format!("{found} is in the past"))
}

/// Spans lie in the text, in order, and cover nothing that is pinned.
fn spans<'a>(
    text: &str,
    keep: &[Range<usize>],
    all: impl Iterator<Item = &'a Understanding>,
) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let is_space = |c: char| c.is_whitespace() || c.is_control();
    let length = chars.len();
    let mut end = 0;
    for span in all.flat_map(|one| &one.spans) {
        if span.from < end || span.from >= span.to || span.to > length {
            return Some(format!("{span:?} overlaps, is empty or lies outside"));
        }
        end = span.to;
        // White space alone says nothing, so it is not kept apart.
        let is_kept = |at: usize| keep.iter().any(|range| range.contains(&at));
        let is_pinned =
            (span.from..span.to).any(|at| is_kept(at) && chars.get(at).is_some_and(|c| !is_space(*c)));
        if is_pinned && !matches!(span.kind, SpanKind::Command | SpanKind::Quote) {
            return Some(format!("{span:?} covers pinned text"));
        }
    }
    None
}

/// The title and the spans are the text.
fn title(text: &str, keep: &[Range<usize>], understood: &Understanding) -> Option<String> {
    let is_new = matches!(understood.operation, Operation::AddTask | Operation::CreateRecurringTask);
    let title = understood.data.get("title").and_then(Value::as_str)?;
    if !is_new || !understood.then.is_empty() || !keep.is_empty() {
        return None;
    }
    let is_left = |at: usize| !understood.spans.iter().any(|span| span.from <= at && at < span.to);
    let left: String = text.chars().enumerate().map(|(at, c)| if is_left(at) { c } else { ' ' }).collect();
    // Sentences that name only a reminder or an alarm have a title of their own.
    let is_named = words(&left).is_empty();
    (!is_named && words(&left) != words(title)).then(|| format!("{title:?} is left, not {left:?}"))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_ascii_punctuation() || c.is_whitespace() || c.is_control())
        .filter(|word| !word.chars().all(domain::is_invisible))
        .map(str::to_owned)
        .collect()
}

/// White space and letter case change nothing but the letters of the title.
fn forms(text: &str, understood: &Understanding, now: &Now) -> Option<String> {
    let spaced = format!("  {} ", text.replace(' ', "  "));
    let given = lower(understood);
    for form in [text.to_ascii_uppercase(), text.to_ascii_lowercase(), spaced] {
        let other = lower(&understand(&form, &[], now));
        if given != other {
            return Some(format!("{form:?} is understood as {other}, not {given}"));
        }
    }
    None
}

/// Understanding without places and letter case.
fn lower(understood: &Understanding) -> Value {
    let mut plain = understood.clone();
    plain.spans.clear();
    plain.then.iter_mut().for_each(|then| then.spans.clear());
    let text = json!(plain).to_string().to_ascii_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ").into()
}
