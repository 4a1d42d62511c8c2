//! Changing due dates, priorities, tags, titles and recurrences.

use std::ops::Range;

use domain::{Tag, Title};
use serde_json::{Value, json};

use super::Sentence;
use crate::add::{NewTask, add};
use crate::answer::{Choice, Operation, Span, SpanKind, Understanding, is_valid};
use crate::label::{self, MAX_TAGS};
use crate::list::thing;
use crate::number::amount;
use crate::pattern::Patterns;
use crate::recurrence::recurrence;
use crate::resolve::{Aim, Point, point_words, resolve};
use crate::target::target;
use crate::text::Text;
use crate::when::when;

/// "move the report to friday", "change the due date of X to May 5", "clear the due date of X".
pub fn due_date(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, now, .. } = sentence;
    if let Some(name) = cleared(text, core.clone()) {
        let mut understood = Understanding::new(Operation::SetTaskDueDate, 0.9);
        target(text, name).put(&mut understood, text, now);
        return Some(understood.with("due_date", Value::Null));
    }
    if let Some((name, at)) = moved(text, core.clone()) {
        return Some(to_date(sentence, name, at));
    }
    // "push the dentist back a week", "postpone it by two days": from a date that only the task knows.
    static SHIFTS: Patterns = Patterns::new(&[
        "push|move|postpone|delay|shift|bump|defer|bring {} back|out|forward|up|by|ahead ?by $amount",
        "push|postpone|delay|shift|bump|defer|move back|forward {} by $amount",
        "postpone|delay|defer|extend {} for|by $amount",
        "postpone|move|delay|push|shift {} $amount later|earlier|back|forward",
        "give me $amount more for {}",
    ]);
    if let Some(found) = SHIFTS.capture(text, core.clone()) {
        let is_amount =
            |range: &&Range<usize>| amount(text, range.start).is_some_and(|(_, end)| end == range.end);
        let name = found.iter().find(|range| !is_amount(range))?.clone();
        let mut understood = Understanding::new(Operation::SetTaskDueDate, 0.7);
        target(text, name).put(&mut understood, text, now);
        understood.ask("To which date should I move it?");
        return Some(understood);
    }
    static WITHOUT: Patterns =
        Patterns::new(&["reschedule|postpone|defer {}", "put off {}", "put {} off", "reschedule"]);
    let found = WITHOUT.capture(text, core.clone())?;
    let mut understood = Understanding::new(Operation::SetTaskDueDate, 0.7);
    let name = found.first().cloned().unwrap_or(core.end..core.end);
    target(text, name).put(&mut understood, text, now);
    understood.ask("To which date should I move it?");
    Some(understood)
}

/// "remove the due date from X", "X has no due date any more".
fn cleared(text: &Text, core: Range<usize>) -> Option<Range<usize>> {
    static PATTERNS: Patterns = Patterns::new(&[
        "remove|clear|delete|drop|unset|cancel|erase ?the due_date|deadline|date|due_dates of|from|for|on {}",
        "take|get_rid_of ?the due_date|deadline|date off|from|of {}",
        "clear|remove|delete {} 's due_date|deadline",
        "make|set|give {} no due_date|deadline|date",
        "set ?the due_date|deadline|date of|for {} to none|nothing|null|no_date",
        "set|move {} to no_date|none|someday",
        "unschedule {}",
        "make {} have no due_date|deadline|date",
        "remove|clear|delete ?the|its|it's due_date|deadline",
    ]);
    let found = PATTERNS.capture(text, core.clone())?;
    Some(found.first().cloned().unwrap_or(core.end..core.end))
}

/// Returns the words that name the task, and the new date.
fn moved(text: &Text, core: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    static PATTERNS: Patterns = Patterns::new(&[
        "change|move|set|update|push|make|shift ?the due_date|date|time|deadline|due of|for|on {} to|as|: $when",
        "change|move|set|update|push|shift {} due_date|deadline|date|time to $when",
        "move|reschedule|postpone|push|shift|delay|defer|bump|change|snooze|transfer|bring {} to|until|till|for|onto|on|into|by $when",
        "move|reschedule|postpone|push|shift|delay|defer|bump|change {} back|forward|out|up|ahead|over to|until|till|for $when",
        "push|move|bring|put back|forward|off {} to|until|till $when",
        "put {} off|back to|until|till $when",
        "set|change|make {} ?to ?be due on|by|to|at|for $when",
        "make|set {} due $when",
        "make {} $when",
        "set|change {} to $when",
        "reschedule|postpone|move {} $when",
        "?the {} is|has_been|was moved|rescheduled|postponed|changed|pushed|delayed to|until $when",
        "?the {} has_been|is|was changed put_it|move_it on|to $when",
        "?the {} is ?now due $when ?instead",
        "due date of|for {} is|: $when",
    ]);
    let end = text.any_phrase(core.end.saturating_sub(1), &["instead"]).map_or(core.end, |_| core.end - 1);
    let tokens = core.start..end;
    for (pattern, found) in PATTERNS.matches(text, tokens) {
        let [name, .., at] = found.as_slice() else { continue };
        // "make dinner tonight" and "set alarm for 6" make something new.
        let first = text.at(core.start);
        let is_pronoun = text.is(name.start, &["it", "that", "this", "them", "everything", "all"]);
        let is_new = match first {
            "make" => !(pattern.contains("due") || is_pronoun),
            "set" => !pattern.contains("due") && (!is_pronoun || thing(text.at(name.start)).is_some()),
            "change" => {
                pattern == "set|change {} to $when"
                    && text.is(name.end, &["to"])
                    && thing(text.before(name.end)).is_none()
                    && !is_pronoun
                    && name.len() > 4
            }
            "bring" | "put" => pattern.starts_with("move"),
            // "move the couch to the cellar friday"
            "move" => {
                pattern.ends_with("{} $when")
                    && name.clone().any(|at| text.is(at, &["to", "from", "into", "in"]))
            }
            _ => false,
        };
        let found = when(text, at.start).map(|found| found.value);
        let is_date = found.is_some_and(|when| {
            when.day.is_some() || when.offset.is_some() || when.clock.is_some() || when.part.is_some()
        });
        if !is_new && is_date {
            return Some((name.clone(), at.clone()));
        }
    }
    None
}

/// Makes the understanding of a task that moves to a date.
pub fn to_date(sentence: &Sentence, name: Range<usize>, at: Range<usize>) -> Understanding {
    let Sentence { text, now, .. } = sentence;
    let mut understood = Understanding::new(Operation::SetTaskDueDate, 0.95);
    let Some(found) = when(text, at.start) else { return understood };
    let resolved = resolve(&found.value, now, Aim::Coming);
    understood.notes.extend(resolved.notes.iter().cloned());
    let place = text.place(at);
    let mut span = Span { from: place.start, to: place.end, kind: SpanKind::Date, value: None };
    // A doubtful date is asked about before a doubtful task, as the dialogue may know the task.
    let date = match (resolved.question, resolved.points.as_slice()) {
        (None, [point, ..]) => Some(*point),
        (question, _) => {
            understood.ask(question.unwrap_or_else(|| "To which date should I move it?".to_owned()));
            None
        }
    };
    target(text, name).put(&mut understood, text, now);
    match date {
        Some(point) => {
            crate::add::put_due_date(&mut understood.data, point, now);
            span.value = Some(point.to_text(now).into());
            if point.has_passed(now) {
                understood.ask(format!(
                    "{} is in the past. Should it be moved there all the same?",
                    point_words(point, now)
                ));
            }
        }
        None => {
            let option = |point: &Point| {
                let mut data = understood.data.clone();
                crate::add::put_due_date(&mut data, *point, now);
                Choice { label: point_words(*point, now), operation: Operation::SetTaskDueDate, data }
            };
            understood.options = resolved.points.iter().map(option).collect();
        }
    }
    understood.spans = vec![span];
    understood
}

/// "make it high priority", "set the priority of X to low", "X is urgent".
pub fn priority(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "set|change|raise|lower|increase|decrease|make|update ?the priority|prio|importance of|for|on {} to|as|: ?p low|medium|high|normal|urgent|top|highest|lowest|important|1|2|3",
        "set|change|raise|lower|increase|decrease|make {} priority|prio|importance to|as|: ?p low|medium|high|normal|urgent|top|highest|lowest|important|1|2|3",
        "make|set|mark|change|flag|give|turn|put|bump|raise|lower {} ?a|as|to|at ?a ?very low|medium|high|normal|top|highest|lowest|urgent|critical|higher|lower|important priority|prio|importance",
        "make|set|mark|change|flag {} ?as|to ?very urgent|important|critical",
        "set|change ?the priority|prio to|as low|medium|high|normal|urgent|important|top",
        "make|set|mark {} ?as p 1|2|3",
        "?the {} is|are ?now ?very urgent|important|high_priority|low_priority|top_priority|medium_priority",
        "prioritize|prioritise|deprioritize|deprioritise {}",
    ]);
    let Sentence { text, core, now, .. } = sentence;
    let found = PATTERNS.capture(text, core.clone())?;
    let level = match text.at(core.start) {
        "prioritize" | "prioritise" => Some(domain::Priority::High),
        "deprioritize" | "deprioritise" => Some(domain::Priority::Low),
        _ => last_level(text, core.clone()),
    }?;
    let name = found.first().cloned().unwrap_or(core.end..core.end);
    // "make an urgent call" is a task of its own.
    let is_article = text.is(name.start, &["a", "an", "some"]) && !text.is(core.start, &["give"]);
    if is_article
        || (text.at(core.start) != "make"
            && name.start == core.start
            && text.is(name.start, &["it's", "this", "that", "it"]))
    {
        return None;
    }
    let mut understood = Understanding::new(Operation::SetTaskPriority, 0.95);
    target(text, name).put(&mut understood, text, now);
    Some(understood.with("priority", level.as_str()))
}

/// Last word that names a level, or the number after "p".
fn last_level(text: &Text, tokens: Range<usize>) -> Option<domain::Priority> {
    tokens.rev().find_map(|at| match text.at(at) {
        "1" if text.is_after(at, &["p", "to", "as", ":"]) => Some(domain::Priority::High),
        "2" if text.is_after(at, &["p", "to", "as", ":"]) => Some(domain::Priority::Medium),
        "3" if text.is_after(at, &["p", "to", "as", ":"]) => Some(domain::Priority::Low),
        word => label::level(word),
    })
}

/// "tag the report with work", "add the tag work to X", "remove #work from X".
pub fn tags(sentence: &Sentence) -> Option<Understanding> {
    static ADDS: Patterns = Patterns::new(&[
        "tag|label {} with|as {}",
        "add|put|set|attach ?the|a tag|tags|label|labels {} to|on {}",
        "add|put|attach # {} to|on {}",
        "give {} the tag|tags|label {}",
        "add|put {} tag|label to|on {}",
    ]);
    static REMOVES: Patterns = Patterns::new(&[
        "remove|delete|take|drop|clear ?the tag|tags|label|labels {} from|off|of|on {}",
        "remove|delete|take|drop # {} from|off|of {}",
        "untag {} from|as {}",
        "remove|delete|take|drop ?the {} tag|tags|label from|off|of {}",
    ]);
    let Sentence { text, core, now, .. } = sentence;
    let (operation, found) = match ADDS.capture(text, core.clone()) {
        Some(found) => (Operation::AddTaskTags, found),
        None => (Operation::RemoveTaskTags, REMOVES.capture(text, core.clone())?),
    };
    let [first, second] = found.as_slice() else { return None };
    let is_task_first = text.is(core.start, &["tag", "label", "give"]) && operation == Operation::AddTaskTags;
    let (name, names) = if is_task_first { (first, second) } else { (second, first) };
    // "untag X from work" names the task first; "untag work from X" the tag: the word "from" is the same.
    let names = names_of_tags(text, names.clone());
    if !(1..=MAX_TAGS).contains(&names.len())
        || names.iter().any(|name| name.split(' ').count() > 3 || !is_valid::<Tag>(name))
        || crate::list::list_phrase(text, name.start).is_some()
    {
        return None;
    }
    let mut understood = Understanding::new(operation, 0.9);
    target(text, name.clone()).put(&mut understood, text, now);
    Some(understood.with("tags", json!(names)))
}

fn names_of_tags(text: &Text, tokens: Range<usize>) -> Vec<String> {
    let mut names = Vec::new();
    let mut begin = tokens.start;
    for at in tokens.clone().chain([tokens.end]) {
        if at == tokens.end || text.is(at, &[",", "and", "&"]) {
            let from = if text.at(begin) == "#" { begin + 1 } else { begin };
            if from < at {
                names.push(text.original(from..at));
            }
            begin = at + 1;
        }
    }
    names
}

/// "rename X to Y", "change the title of X to Y", "add a note to X: …".
pub fn rename(sentence: &Sentence) -> Option<Understanding> {
    static TITLES: Patterns = Patterns::new(&[
        "rename|retitle {} to|as|into {}",
        "change|set|update ?the title|name of|for {} to {}",
        "change {} title|name to {}",
        "call {} {} instead",
    ]);
    static DESCRIPTIONS: Patterns = Patterns::new(&[
        "set|change|update ?the description|details|notes|note of|for|on {} to|: {}",
        "add ?a|the description|details|note|notes|comment to|on|for {} : {}",
        "add ?a|the description|details|note|comment : {} to {}",
        "describe {} as {}",
    ]);
    let Sentence { text, core, now, .. } = sentence;
    let (field, found) = match TITLES.capture(text, core.clone()) {
        Some(found) => ("title", found),
        None => ("description", DESCRIPTIONS.capture(text, core.clone())?),
    };
    let [name, value] = found.as_slice() else { return None };
    let value = text.original(value.clone());
    let value = value.trim_matches(|c| matches!(c, '"' | '“' | '”')).trim();
    let mut understood = Understanding::new(Operation::UpdateTask, 0.9);
    target(text, name.clone()).put(&mut understood, text, now);
    if field == "title" && !is_valid::<Title>(value) {
        understood.ask("What should its title be?");
        return Some(understood);
    }
    Some(understood.with(field, value))
}

/// "repeat the report every friday", "alter lunch event to repeat every friday".
pub fn repeat(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "repeat {} every|each|daily|weekly|monthly|yearly|annually {?}",
        "alter|change|make|set {} ?to repeat|recur|repeating|recurring {}",
        "have {} repeat|recur {}",
    ]);
    let Sentence { text, core, .. } = sentence;
    let found = PATTERNS.capture(text, core.clone())?;
    let name = found.first()?.clone();
    let rule = (name.end..core.end).find(|&at| recurrence(text, at).is_some())?;
    let commands = vec![core.start..name.start, name.end..rule];
    let is_context = text.is(name.start, &["it", "this", "that"]) && name.len() == 1;
    let commands = if is_context { vec![core.start..rule] } else { commands };
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: with_edges(sentence, commands),
        is_reminder: false,
        list: None,
        default_title: None,
        confidence: 0.75,
    };
    Some(add(text, &new, sentence.now))
}

/// Adds the words around the wish to those that are no title.
pub fn with_edges(sentence: &Sentence, inner: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut all = vec![sentence.tokens.start..sentence.head.start, sentence.head.end..sentence.core.start];
    all.extend(inner);
    all.push(sentence.core.end..sentence.tokens.end);
    all.retain(|range| range.start < range.end);
    all.sort_by_key(|range| range.start);
    all
}
