//! Deleting tasks, ending series, cancelling reminders. All of it asks first.

use std::ops::Range;

use domain::{Reference, Title};

use super::Sentence;
use crate::answer::{Choice, Operation, Understanding, is_valid};
use crate::list::{Thing, list_phrase, on_list, thing};
use crate::pattern::Patterns;
use crate::phrases::Phrases;
use crate::recurrence::recurrence;
use crate::target::{Target, is_all, target};
use crate::text::Text;

/// Verbs that delete whatever follows.
const STRONG: &[&str] = &["delete", "erase", "remove", "cancel", "del"];

/// Verbs that delete only what is said to be a task, a list or an event.
static WEAK: Phrases = Phrases::new(
    "clear out, clear up, clear off, clear, wipe out, wipe, drop, take off, take out, take away, take, \
     cross off, cross out, cross, scratch off, scratch, strike off, strike out, strike, get rid of, \
     get rid off, empty, clean out, clean, reset, eliminate, throw out, throw away, dump, purge, ditch, \
     turn off, turn, trash, nuke, scrap, nix, dismiss, discard, disable, deactivate, silence, stop, move, \
     pull, make, end",
);

/// Returns the end of a deleting verb, and true if it needs no further evidence.
fn verb(text: &Text, at: usize) -> Option<(usize, bool)> {
    if text.is(at, STRONG) {
        return Some((at + 1, true));
    }
    let at = text.any_phrase(at, &["completely", "permanently"]).unwrap_or(at);
    WEAK.end(text, at).map(|end| (end, false)).or_else(|| text.is(at, STRONG).then_some((at + 1, true)))
}

/// "stop repeating the report", "cancel the recurring meeting", "delete the daily standup series".
pub fn series(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "stop|cancel|end|quit repeating|recurring|the_recurrence_of|the_repetition_of|the_series|recurrence_of ?the|my {}",
        "stop|end|cancel|delete|remove|discontinue|finish ?the|my|all recurring|repeating|repeated ?task|series|tasks|meeting|reminder|event|events ?for|called|to|about|of {}",
        "stop|end|cancel|delete|remove ?the|my|all recurring|repeating|repeated {}",
        "stop|end|cancel|delete|remove ?the|my {} series|recurrence",
        "stop|end|cancel|delete|remove ?the|my series|recurrence ?of|for|: {}",
        "don't|do_not|dont repeat {} anymore|any_more|again",
        "don't|do_not|dont repeat {}",
        "?the {} should|must no_longer|not|stop repeat|recur|repeating|recurring ?anymore",
        "make {} stop repeating|recurring",
        "stop|end|cancel|delete|remove ?the|my monthly|weekly|daily|yearly|annual|quarterly recurring ?team {}",
    ]);
    let found = PATTERNS.capture(sentence.text, sentence.core.clone())?;
    let text = sentence.text;
    let mut understood = Understanding::new(Operation::StopRecurringTask, 0.9);
    let name = found.first()?.clone();
    match target(text, name) {
        Target::Words(words) => {
            understood = understood.with("recurring_task", words);
            understood.ask("Should this series get no more tasks?");
        }
        _ => understood.ask("Which series should end?"),
    }
    Some(understood)
}

/// "cancel my alarm for tomorrow", "turn off the reminder", "do not wake me up tomorrow".
pub fn reminder(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    static OTHERS: Patterns = Patterns::new(&[
        "do_not|don't|dont remind|wake|alert|notify|ring {?}",
        "i_don't|i_dont|i_do_not want|need any|the|my|an {}",
        "i no_longer need ?the|my {}",
        "i_don't|i_dont|i_do_not need ?the|my|a {} anymore|any_more|any_longer",
        "stop reminding {}",
        "stop {} alarm|alarms|reminder|reminders",
    ]);
    let names = |tokens: Range<usize>| {
        tokens.into_iter().any(|at| {
            matches!(thing(text.at(at)), Some(Thing::Reminder | Thing::Alarm | Thing::Notification))
                || text.any_phrase(at, &["wake up call", "wake up calls"]).is_some()
        })
    };
    let other = OTHERS.capture(text, core.clone());
    static WAKE: Phrases = Phrases::new(
        "do not wake, don't wake, dont wake, do not remind, don't remind, dont remind, stop reminding, \
         do not alert, don't alert",
    );
    let is_wake = WAKE.end(text, core.start).is_some();
    let name = match (&other, verb(text, core.start)) {
        (Some(found), _) if is_wake || names(core.clone()) => found.last()?.clone(),
        (None, Some((end, _))) if names(end..core.end) && !is_creation(text, core.clone()) => end..core.end,
        _ => return None,
    };
    // "delete the task about alarms" is about a task; "delete everything" about all of them.
    if (name.clone()).any(|at| text.is(at, &["task", "tasks", "event", "events", "meeting", "appointment"]))
        && !(name.clone()).any(|at| text.is(at, &["alarm", "alarms", "reminder", "reminders"]))
    {
        return None;
    }
    let mut understood = Understanding::new(Operation::CancelReminder, 0.85);
    let begin = if text.is(name.start, &["the", "my"]) { name.start + 1 } else { name.start };
    let words = text.original(begin..name.end.max(begin));
    let words = words.trim_matches(['.', ' ']);
    if is_valid::<Reference>(words) {
        understood = understood.with("reminder", words);
    }
    understood.ask("Should I cancel this reminder?");
    Some(understood)
}

/// "reset the alarm and set it to seven" begins with something else.
fn is_creation(text: &Text, core: Range<usize>) -> bool {
    text.is(core.start, &["take", "make", "move", "turn"])
        && !(core.start..core.end).any(|at| text.is(at, &["off", "out", "away"]))
}

/// "delete buy milk", "take milk off my list", "clear my calendar", "I don't need X on my list anymore".
pub fn task(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    if let Some(name) = no_longer(text, core.clone()) {
        return Some(deleted(sentence, name));
    }
    // "on my list, remove mop kitchen", "in my calendar delete all golf events"
    let (at, has_list) = match on_list(text, core.start).or_else(|| opened_list(text, core.start)) {
        Some(list) => (skip(text, list.end), true),
        None => (core.start, false),
    };
    let Some((mut begin, is_strong)) = verb(text, at) else {
        // "sweeping off my list"
        let off = (core.start + 1..core.end)
            .find(|&at| text.at(at) == "off" && on_list(text, at).is_some_and(|list| list.end == core.end))?;
        return Some(deleted(sentence, core.start..off));
    };
    if begin >= core.end {
        return (has_list || is_strong).then(|| deleted(sentence, core.end..core.end));
    }
    static WITH_OFF: Phrases =
        Phrases::new("take, cross, scratch, strike, pull, move, make, turn, drop, clean, throw");
    if WITH_OFF.has(text.at(at)) && !has_off(text, at, core.clone()) {
        return None;
    }
    // "delete from my list buy milk"
    begin = on_list(text, begin).map(|list| list.end).filter(|end| *end < core.end).unwrap_or(begin);
    let name = begin..core.end;
    let rest = without_tail(text, name.clone());
    let has_evidence = has_list
        || rest.end < name.end
        || is_all(text, rest.clone())
        || is_pronoun(text, rest.clone())
        || (rest.clone())
            .any(|at| matches!(thing(text.at(at)), Some(Thing::Task | Thing::Event | Thing::Reminder)))
        || (name.clone()).any(|at| list_phrase(text, at).is_some_and(|list| list.end <= core.end));
    // "trash every week" is a task that repeats.
    let is_rule = recurrence(text, name.start).is_some_and(|found| found.tokens.end >= core.end);
    if is_rule
        && (!text.is(name.start, &["every", "each"]) || text.is(core.start, &["trash", "drop", "clean"]))
    {
        return None;
    }
    if !(has_evidence || (is_strong && !is_elsewhere(text, rest.clone()))) {
        return None;
    }
    let mut understood = deleted(sentence, rest);
    let title = text.original(sentence.title.clone());
    if !has_evidence && is_valid::<Title>(&title) {
        // It may be the title of a new task just as well.
        let mut data = serde_json::Map::new();
        data.insert("title".to_owned(), title.clone().into());
        let operation = understood.operation;
        understood.confidence = 0.7;
        understood.options.push(Choice {
            label: if operation == Operation::DeleteTask { "Delete the task" } else { "End the series" }
                .to_owned(),
            operation,
            data: understood.data.clone(),
        });
        understood.options.push(Choice {
            label: format!("Add “{title}” as a task"),
            operation: Operation::AddTask,
            data,
        });
    }
    Some(understood)
}

/// "open calendar remove all events": a list that is named first.
fn opened_list(text: &Text, at: usize) -> Option<crate::list::ListPhrase> {
    let begin = text.any_phrase(at, &["open", "go to", "on"])?;
    list_phrase(text, begin)
}

fn skip(text: &Text, at: usize) -> usize {
    let mut next = at;
    while text.is(next, &[",", "please", "and", ":", "just", "can", "you"]) {
        next += 1;
    }
    next
}

/// "take X off my list", "cross X out", "make my list blank", "move X to the trash".
fn has_off(text: &Text, at: usize, core: Range<usize>) -> bool {
    let has = |words: &[&str]| core.clone().any(|at| text.is(at, words));
    match text.at(at) {
        "make" => has(&["blank", "empty", "clear"]) && core.clone().any(|at| list_phrase(text, at).is_some()),
        "move" | "throw" => has(&["trash", "bin", "away", "out"]) && has(&["trash", "bin"]),
        "turn" => has(&["off"]),
        "clean" | "drop" => {
            core.clone().any(|at| list_phrase(text, at).is_some_and(|list| list.end == core.end))
                || has(&["calendar"])
        }
        _ => {
            (has(&["off", "out", "from", "of", "away", "that", "this", "it"]))
                && (core.clone().any(|at| on_list(text, at).is_some())
                    || has(&["off", "events", "appointment", "meeting"]))
        }
    }
}

fn is_pronoun(text: &Text, tokens: Range<usize>) -> bool {
    matches!(target(text, tokens), Target::Context(_))
}

/// Things that are deleted somewhere else: files, mails, cards, photos.
fn is_elsewhere(text: &Text, tokens: Range<usize>) -> bool {
    static THINGS: Phrases = Phrases::new(
        "email, emails, mail, mails, inbox, voicemail, voicemails, photo, photos, file, files, folder, card, \
         subscription, membership, account, app, browser, history, cookies, song, songs, playlist, contact, \
         contacts, message, messages, backup, backups, stain, stains, wallpaper, snow, paint, rust, order, \
         flight, hotel, reservation, booking, insurance, contract, credit, phone, internet, gym, service, \
         plan, stump, weeds, carpet, virus, tattoo, tumor, ticket, tickets, policy, trial, netflix, spotify, \
         amazon, text, texts, data, database, branch, code",
    );
    tokens.into_iter().any(|at| THINGS.has(text.at(at)))
}

/// Removes the list, and what is said about the deletion, from the end.
fn without_tail(text: &Text, tokens: Range<usize>) -> Range<usize> {
    static TAILS: Phrases =
        Phrases::new("off, out, anymore, any more, completely, to the trash, as well, at all, please");
    let tail = |at: usize| on_list(text, at).map(|list| list.end).or_else(|| TAILS.end(text, at));
    let is_tail = |at: &usize| {
        tail(*at).is_some_and(|stop| stop >= tokens.end || tail(stop).is_some_and(|end| end >= tokens.end))
    };
    let end = (tokens.start + 1..tokens.end).find(is_tail).unwrap_or(tokens.end);
    tokens.start..end
}

/// "I don't need X on my list anymore", "I no longer need X on my list".
fn no_longer(text: &Text, core: Range<usize>) -> Option<Range<usize>> {
    static PATTERNS: Patterns = Patterns::new(&[
        "i_don't|i_dont|i_do_not need|want ?to {} $list ?anymore|any_more|any_longer",
        "i no_longer need|want|have ?to {} $list",
        "{} so|, ?please|can_you|could_you|can_you_please remove|delete|cancel|take it|that $list",
        "{} please|can_you|could_you|can_you_please remove|delete|cancel|take it|that $list",
    ]);
    let found = PATTERNS.capture(text, core.clone())?;
    found.into_iter().find(|range| {
        range.start < range.end && on_list(text, range.start).is_none_or(|list| list.end != range.end)
    })
}

fn deleted(sentence: &Sentence, name: Range<usize>) -> Understanding {
    let text = sentence.text;
    // One occurrence of a series, or the series.
    let is_series = (name.clone()).any(|at| text.is(at, &["recurring", "repeating", "series"]))
        || (name.clone()).any(|at| {
            recurrence(text, at)
                .is_some_and(|found| found.tokens.end <= name.end && text.is(at, &["every", "each"]))
        });
    let operation = if is_series { Operation::StopRecurringTask } else { Operation::DeleteTask };
    let mut understood = Understanding::new(operation, 0.9);
    if is_series {
        if let Target::Words(words) = target(text, name) {
            understood = understood.with("recurring_task", words);
        }
        understood.ask("Should this series get no more tasks?");
        return understood;
    }
    target(text, name).put(&mut understood, text, sentence.now);
    understood.ask("Should I delete it?");
    understood
}
