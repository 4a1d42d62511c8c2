//! Reminders and alarms.

use std::ops::Range;

use super::Sentence;
use super::change::with_edges;
use crate::add::{NewTask, add};
use crate::answer::{Operation, Understanding};
use crate::list::{Thing, list_phrase, on_list, thing};
use crate::number::amount;
use crate::pattern::Patterns;
use crate::phrases::Phrases;
use crate::reminder::{self, Reminder};
use crate::target::target;
use crate::text::Text;

/// Words that ask to be reminded.
static REMIND: Phrases = Phrases::new(
    "remind me again, remind me, remind us, remind, remember me, alert me, notify me, ping me, alarm me, \
     nudge me, text me, warn me, buzz me, poke me, tell me, let me know, help me remember, \
     help me to remember, get reminded, be reminded, to be reminded, be notified, to be notified, \
     get notified, don't forget to remind me, dont forget to remind me, don't forget to tell me, \
     remember to remind me, remember to tell me, don't let me forget, dont let me forget, \
     do not let me forget, make sure i don't forget, make sure i remember, make sure to remind me, remindme, \
     set me a reminder, reminded",
);

/// Words that ask for something only before these.
const WEAK: &[&str] = &["tell me", "let me know", "text me", "remind", "remember me"];

/// "remind me an hour before the dentist", "give me a reminder 24 hours before my friday meeting".
pub fn before_a_task(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, now, .. } = sentence;
    let (lead, _) = lead(sentence)?;
    let lead = text
        .any_phrase(lead, &["for", "at", "on", "set for", "to"])
        .filter(|next| amount(text, *next).is_some() || text.is(*next + 1, &["day"]))
        .unwrap_or(lead);
    // "remind me of the dentist 2 days before": the task comes first.
    let (name, time) = match reminder::before(text, lead) {
        Some((time, end)) => {
            let begin = text.any_phrase(end, &["of", "the start of"]).unwrap_or(end);
            (begin..core.end, time)
        }
        None => task_first(text, lead, core.end)?,
    };
    let mut understood = Understanding::new(Operation::SetReminder, 0.9);
    target(text, name).put(&mut understood, text, now);
    match time {
        Reminder::Before(amount) => match reminder::duration(amount) {
            Some(before) => understood = understood.with("before", before),
            None => understood.ask("How long before should I remind you?"),
        },
        // Only the task knows the day.
        Reminder::DaysBefore(days, _) => {
            understood = understood.with("before", format!("{}d", days.max(1)));
            understood.notes.push("The reminder comes at the time of the task on that day.".to_owned());
        }
        Reminder::At(_) => return None,
    }
    Some(understood)
}

/// "about the dentist an hour before", "my mom's birthday a week before".
fn task_first(text: &Text, at: usize, limit: usize) -> Option<(Range<usize>, Reminder)> {
    let begin = text.any_phrase(at, &["of", "about", "for", "the", "that"]).unwrap_or(at);
    let found = (begin + 1..limit).find_map(|next| {
        let (time, end) = reminder::before(text, next)?;
        (end >= limit || text.is(end, &["it", "."])).then_some((next, time))
    })?;
    let is_new = text.is(at, &["to", "that", "i"]);
    (!is_new).then_some((begin..found.0, found.1))
}

/// Returns the end of the words that ask for a reminder, and true if they name an alarm.
fn lead(sentence: &Sentence) -> Option<(usize, bool)> {
    let Sentence { text, core, .. } = sentence;
    if let Some(end) = REMIND.end(text, core.start).filter(|end| *end <= core.end) {
        let is_weak = WEAK.iter().any(|words| text.phrase(core.start, words) == Some(end));
        return (!is_weak || is_order(text, core.start, end, core.end)).then_some((end, false));
    }
    noun(sentence)
}

/// "tell me to call mom", "let me know when the meeting starts"; not "tell me my tasks".
fn is_order(text: &Text, at: usize, end: usize, limit: usize) -> bool {
    match text.at(at) {
        "tell" | "text" => {
            text.is(end, &["to"])
                || (text.is(end, &["when"]) && text.any_phrase(end + 1, &["it is", "it's"]).is_some())
        }
        "let" => {
            let is_event = (end..limit).any(|at| thing(text.at(at)) == Some(Thing::Event));
            (text.is(end, &["when"]) && text.phrase(end, "when does").is_none() && is_event)
                || (text.is(end, &["of", "about"])
                    && is_event
                    && !(end..limit).any(|at| text.is(at, &["alarms", "alarm", "my"])))
        }
        // "remind John about the party" is a task.
        "remind" => {
            text.is(
                end,
                &["of", "about", "to", "that", "for", "this", "it", "at", "on", "in", "tomorrow", "today"],
            ) && end < limit
        }
        _ => true,
    }
}

/// "set a reminder", "create an alarm for me", "new reminder", "i need a reminder", "reminder to".
fn noun(sentence: &Sentence) -> Option<(usize, bool)> {
    static VERBS: Phrases = Phrases::new(
        "set up, set, create, make me, make, add, give me, give, send me, send, put in, put, schedule, need, \
         want, have, get me, get, place, new, start, turn on, activate, sound, arrange, book, enter, \
         program, i need, i want, would like, like, use, switch on, enable, please",
    );
    static ADJECTIVES: Phrases = Phrases::new(
        "a, an, the, my, another, new, one, me, us, single, quick, event, meeting, wake, up, \
         wakeup, repeating, recurring, monthly, weekly, daily, yearly, annual, in, out, some, each, day, week, alert, early, phone, reminder, notification, calendar, hourly, birthday, \
         and",
    );
    let Sentence { text, core, .. } = sentence;
    let begin = match VERBS.end(text, core.start).filter(|end| *end < core.end) {
        Some(end) => end,
        None if matches!(thing(text.at(core.start)), Some(Thing::Reminder | Thing::Alarm))
            || text.is(core.start, &["event", "wake"]) =>
        {
            core.start
        }
        None => return None,
    };
    let mut next = begin;
    while next < begin + 6 && ADJECTIVES.has(text.at(next)) && !is_thing(text, next) {
        next += 1;
    }
    let mut end = noun_end(text, next)?;
    // "a reminder notification", "a reminder alarm", "event reminder"
    while let Some(after) = noun_end(text, end) {
        end = after;
    }
    // "alarms", "give me my reminders" ask to see them.
    let is_plural = text.before(end).ends_with('s')
        && (begin == core.start || text.is(begin, &["my", "the", "all", "alarms", "reminders"]));
    let is_alarm = (begin..end).any(|at| thing(text.at(at)) == Some(Thing::Alarm));
    if text.is(end, &["settings", "status", "clock", "list", "lists", "app", "sound", "times", "schedule"]) {
        return None;
    }
    let end = text
        .any_phrase(end, &["for me", "up", "set", "on", "in"])
        .filter(|after| !text.is_after(*after, &["on", "in"]))
        .unwrap_or(end);
    (!is_plural && end <= core.end).then_some((end, is_alarm))
}

fn is_thing(text: &Text, at: usize) -> bool {
    noun_end(text, at).is_some() && noun_end(text, at + 1).is_none()
}

fn noun_end(text: &Text, at: usize) -> Option<usize> {
    if let Some(end) = text.any_phrase(at, &["wake up call", "wake up alarm", "wakeup call", "wake up"]) {
        return Some(end);
    }
    matches!(thing(text.at(at)), Some(Thing::Reminder | Thing::Alarm | Thing::Notification)).then_some(at + 1)
}

/// "remind me to call mom tomorrow", "set a reminder for the dentist on friday".
pub fn remind(sentence: &Sentence) -> Option<Understanding> {
    let Sentence { text, core, .. } = sentence;
    let (mut end, is_alarm) = match lead(sentence) {
        Some(found) => found,
        None => return trailing(sentence),
    };
    if asks_to_remember(text, end) {
        return None;
    }
    let mut commands = vec![core.start..end];
    // "remind me tomorrow at 9 to call mom": the words after the date.
    end = joint(text, end, core.end).unwrap_or(end);
    commands[0].end = end;
    if let Some((at, after)) = later_joint(text, end, core.end) {
        commands.push(at..after);
    }
    if let Some(list) = (end..core.end)
        .find_map(|at| on_list(text, at).filter(|list| list.end <= core.end).map(|list| at..list.end))
    {
        commands.push(list);
    }
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: with_edges(sentence, commands),
        is_reminder: true,
        list: None,
        default_title: is_alarm.then_some("Alarm"),
        confidence: 0.9,
    };
    Some(add(text, &new, sentence.now))
}

/// "remind me what …", "remind me of the tasks on my list" ask for something.
fn asks_to_remember(text: &Text, at: usize) -> bool {
    let begin = text.any_phrase(at, &["of", "about"]).unwrap_or(at);
    static THINGS: Phrases = Phrases::new(
        "what, which, who, where, why, how, the things, the items, the tasks, my tasks, my alarms, \
         my reminders, things i, all the tasks",
    );
    THINGS.end(text, begin).is_some()
        || (begin > at
            && list_phrase(text, begin).is_some_and(|list| list.end > begin + 1 && text.at(begin) != "the"))
}

/// Skips the words between "remind me" and what to be reminded of.
fn joint(text: &Text, at: usize, limit: usize) -> Option<usize> {
    static JOINTS: Phrases = Phrases::new(
        ": to, to :, :, to, about, of, that, for my, for the, for, regarding, about the, about my, of the, \
         of my, saying, called, so i don't forget to, so i don't forget the, so i don't forget, \
         i need to remember to, i have to, i need to, that i have to, that i need to, that i have a, \
         that i have, that there is, up for, to alert me to, to remind me to, to remind me, for me to, \
         because, to tell me to, towards, i need to wake up, to remember to, for to, to go off",
    );
    let end = JOINTS.end(text, at).filter(|end| *end <= limit)?;
    // "for tomorrow", "for my birthday": the preposition belongs to a date.
    let is_date = |at: usize| {
        crate::when::when(text, at).is_some()
            || crate::recurrence::recurrence(text, at).is_some()
            || reminder::before(text, at).is_some()
    };
    let begin = if is_date(end) && !text.is(at, &["to", "that"]) { at } else { end };
    Some(begin)
}

/// "remind me tomorrow at 9 to call mom", "set an alarm at ten to remind me of the meeting".
fn later_joint(text: &Text, at: usize, limit: usize) -> Option<(usize, usize)> {
    static JOINTS: Phrases = Phrases::new(
        "to remind me to, to remind me of, to remind me about, to remind me that, to remind me, \
         that i have to, that i need to, that i have a, that i have, about, to, that, of, for my, for the, \
         for",
    );
    let mut next = at;
    let mut has_date = false;
    loop {
        let found = crate::when::when(text, next)
            .map(|found| found.tokens)
            .or_else(|| crate::recurrence::recurrence(text, next).map(|found| found.tokens))
            .or_else(|| reminder::before(text, next).map(|(_, end)| next..end));
        match found.filter(|found| found.end <= limit) {
            Some(found) => {
                has_date = true;
                next = found.end;
            }
            None => break,
        }
    }
    let end = JOINTS.end(text, next).filter(|end| has_date && *end < limit)?;
    Some((next, end))
}

/// "I have a meeting tomorrow, remind me", "i want to do laundry at eight create reminder".
fn trailing(sentence: &Sentence) -> Option<Understanding> {
    static TAILS: Phrases = Phrases::new(
        "can you remind me, could you remind me, please remind me, remind me, remind it, remind me of it, \
         remind me about it, create reminder, set a reminder for it, set a reminder, set reminder, \
         set the event, create a reminder, add a reminder, set an alarm, set it, mark my calendar",
    );
    let Sentence { text, core, .. } = sentence;
    let begin = (core.start + 2..core.end).find(|&at| TAILS.end(text, at) == Some(core.end))?;
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: with_edges(sentence, vec![begin..core.end]),
        is_reminder: true,
        list: None,
        default_title: None,
        confidence: 0.85,
    };
    Some(add(text, &new, sentence.now))
}

/// "wake me up at six", "get me up in half an hour".
pub fn alarm(sentence: &Sentence) -> Option<Understanding> {
    static PATTERNS: Patterns =
        Patterns::new(&["wake_me_up {?}", "wake_me {?}", "get_me_up {?}", "wake_up {}", "get_up {}"]);
    let Sentence { text, core, .. } = sentence;
    let found = PATTERNS.capture(text, core.clone())?;
    let rest = found.first().cloned().unwrap_or(core.end..core.end);
    // "wake up call" and "get up early" without a time are titles.
    let is_own =
        !text.is(core.start, &["wake", "get"]) || text.is(core.start + 1, &["me"]) || sentence.is_wish;
    if !is_own && crate::slots::slots(text, rest.clone()).whens.is_empty() {
        return None;
    }
    let new = NewTask {
        tokens: sentence.tokens.clone(),
        commands: with_edges(sentence, vec![core.start..rest.start]),
        is_reminder: true,
        list: None,
        default_title: Some("Wake up"),
        confidence: 0.9,
    };
    Some(add(text, &new, sentence.now))
}
