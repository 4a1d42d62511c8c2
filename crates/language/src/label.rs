//! Priorities and tags.

use domain::Priority;

use crate::phrases::Phrases;
use crate::text::Text;
use crate::when::Found;

/// Most tags of a task.
pub const MAX_TAGS: usize = 10;

/// Returns a priority that begins here: "p1", "high priority", "urgent" where it describes the whole task.
pub fn priority(text: &Text, at: usize) -> Option<Found<Priority>> {
    if !text.begins(at) {
        return None;
    }
    let (value, end) = short(text, at).or_else(|| with_the_word(text, at)).or_else(|| urgent(text, at))?;
    text.ends(end).then_some(Found { value, tokens: at..end })
}

/// "p1", "!!!".
fn short(text: &Text, at: usize) -> Option<(Priority, usize)> {
    let begin = if text.at(at) == "!" && text.is_glued(at + 1) { at + 1 } else { at };
    if text.at(begin) == "p" && text.is_glued(begin + 1) {
        return match text.at(begin + 1) {
            "1" => Some((Priority::High, begin + 2)),
            "2" => Some((Priority::Medium, begin + 2)),
            "3" => Some((Priority::Low, begin + 2)),
            _ => None,
        };
    }
    let marks =
        (at..).take_while(|&mark| text.at(mark) == "!" && (mark == at || text.is_glued(mark))).count();
    (marks == 3 && !text.is_glued(at)).then_some((Priority::High, at + 3))
}

/// Returns the priority that a word names.
pub fn level(word: &str) -> Option<Priority> {
    match word {
        "high" | "higher" | "highest" | "top" | "hi" | "hight" | "urgent" | "critical" | "important"
        | "max" => Some(Priority::High),
        "medium" | "normal" | "med" | "mid" | "middle" | "average" | "default" | "regular" => {
            Some(Priority::Medium)
        }
        "low" | "lower" | "lowest" | "lo" | "minor" => Some(Priority::Low),
        _ => None,
    }
}

/// "high priority", "priority: low", "with highest prio", "of medium importance".
fn with_the_word(text: &Text, at: usize) -> Option<(Priority, usize)> {
    const PRIORITY: &[&str] = &["priority", "prio", "prioirty", "priorty", "importance", "pri"];
    let begin = text.any_phrase(at, &["with a", "with", "at", "as a", "as", "of"]).unwrap_or(at);
    if let Some(level) = level(text.at(begin)) {
        let word = if text.at(begin + 1) == "-" { begin + 2 } else { begin + 1 };
        // "high priority list" and "urgent priority mail" are things.
        return text.is(word, PRIORITY).then_some((level, word + 1));
    }
    if text.is(begin, PRIORITY) {
        let next = if text.is(begin + 1, &[":", "=", "is", "-"]) { begin + 2 } else { begin + 1 };
        if let Some(level) = level(text.at(next)) {
            return Some((level, next + 1));
        }
        return match text.at(next) {
            "1" | "one" => Some((Priority::High, next + 1)),
            "2" | "two" => Some((Priority::Medium, next + 1)),
            "3" | "three" => Some((Priority::Low, next + 1)),
            _ => None,
        };
    }
    None
}

/// "urgent" and "important" at the end of a sentence, or before a colon: there they describe the task.
fn urgent(text: &Text, at: usize) -> Option<(Priority, usize)> {
    // "is important", "not urgent", "the urgent", "something important"
    static DESCRIBES: Phrases = Phrases::new(
        "is, are, was, be, not, very, more, most, less, so, too, as, the, an, really, something, anything, \
         nothing, how, what's, isn't, and, or, seems, looks, super, it's, that's, if",
    );
    let begin = text.any_phrase(at, &["it's", "its", "it is", "this is", "that's", "very"]).unwrap_or(at);
    text.is(begin, &["urgent", "important", "urgently", "urgnt", "critical", "importent"]).then_some(())?;
    let end = begin + 1;
    let is_last = end >= text.len()
        || (text.is(end, &[".", "!", ",", ";", ")"]) && !text.is_number(end + 1))
        || text.at(end) == "#"
        || text.relative_day(end).is_some()
        || text.weekday(end).is_some()
        || (text.at(end) == "p" && text.is_glued(end + 1));
    let is_heading = at == 0 && text.is(end, &[":", "-", "!", "–"]);
    let is_said = begin > at || !DESCRIBES.has(text.before(at));
    // "Urgent" alone is a title.
    let is_all = at == 0 && end >= text.len();
    ((is_last && is_said && at > 0 || is_heading) && !is_all).then_some((Priority::High, end))
}

/// Returns tags that begin here: "#home", "tag it work", "tags: home, garden".
pub fn tags(text: &Text, at: usize) -> Option<Found<Vec<String>>> {
    hash(text, at).or_else(|| in_words(text, at))
}

/// "#home-office". Digits alone are a number of something.
fn hash(text: &Text, at: usize) -> Option<Found<Vec<String>>> {
    if text.at(at) != "#" || !(text.begins(at) || text.before(at) == ",") || !text.is_glued(at + 1) {
        return None;
    }
    let end = name_end(text, at + 1);
    let has_letter = (at + 1..end).any(|token| text.is_word(token));
    has_letter.then(|| Found { value: vec![text.original(at + 1..end)], tokens: at..end })
}

/// Returns the end of a tag's name: letters, digits, dashes and underscores without spaces.
fn name_end(text: &Text, at: usize) -> usize {
    let mut end = at;
    while (end == at || text.is_glued(end)) && end < text.len() && !text.is_opaque(end) {
        let is_joint = text.is(end, &["-", "_", "/", ".", "&"])
            && text.is_glued(end + 1)
            && (text.is_word(end + 1) || text.is_number(end + 1));
        if !(text.is_word(end) || text.is_number(end) || (is_joint && end > at)) {
            break;
        }
        end += 1;
    }
    end
}

/// "tag it work", "tagged home and garden", "with the tag work", "tags: a, b".
fn in_words(text: &Text, at: usize) -> Option<Found<Vec<String>>> {
    static LEADS: Phrases = Phrases::new(
        "tag it as, tag it with, tag it, tag this as, tag this with, tag this, tag as, tag with, tagged as, \
         tagged with, tagged, with the tag, with the tags, with tag, with tags, and tag it, and tag it as, \
         and tag it with, label it as, label it with, label it, labeled as, labeled, labelled as, labelled, \
         with the label, with label, tag :, tags :, label :, labels :",
    );
    if !text.begins(at) {
        return None;
    }
    let mut end = LEADS.end(text, at)?;
    let mut names = Vec::new();
    loop {
        let begin = if text.at(end) == "#" { end + 1 } else { end };
        let after = name_end(text, begin);
        if after == begin || !text.is_word(begin) {
            break;
        }
        names.push(text.original(begin..after));
        end = after;
        // "a, b and c": more names, each of one word, at the end of a clause.
        let next = text.any_phrase(end, &[", and", "and", ",", "&"]);
        let is_name = |at: usize| {
            let after = name_end(text, at);
            text.is_word(at) && after > at && (after >= text.len() || text.is(after, &[",", "and", ".", "&"]))
        };
        match next {
            Some(next) if names.len() < MAX_TAGS && is_name(next) => end = next,
            _ => break,
        }
    }
    (!names.is_empty()).then_some(Found { value: names, tokens: at..end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_read_where_they_describe_the_task() {
        for (words, at, expected) in [
            ("call mom p1", 2, Some(Priority::High)),
            ("call mom !p3", 2, Some(Priority::Low)),
            ("call mom high priority", 2, Some(Priority::High)),
            ("call mom priority: low", 2, Some(Priority::Low)),
            ("call mom urgent", 2, Some(Priority::High)),
            ("urgent: call mom", 0, Some(Priority::High)),
            ("read important mail", 1, None),
            ("urgent care visit", 0, None),
            ("this is important", 2, None),
            ("p1000 drill", 0, None),
        ] {
            assert_eq!(priority(&Text::new(words, &[]), at).map(|found| found.value), expected, "{words}");
        }
    }

    #[test]
    fn tags_are_read_with_a_hash_or_in_words() {
        for (words, at, expected) in [
            ("mail #home-office", 1, Some(vec!["home-office"])),
            ("mail #Büro!", 1, Some(vec!["Büro"])),
            ("mail tag it work", 1, Some(vec!["work"])),
            ("mail tags: a, b and c", 1, Some(vec!["a", "b", "c"])),
            ("fix issue #5", 2, None),
            ("tag the photos", 0, None),
        ] {
            let found = tags(&Text::new(words, &[]), at).map(|found| found.value);
            assert_eq!(found, expected.map(|names| names.into_iter().map(String::from).collect()), "{words}");
        }
    }
}
