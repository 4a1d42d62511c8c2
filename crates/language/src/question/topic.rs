//! Topics of questions.

use std::ops::Range;

use crate::list::{Thing, list_phrase, thing};
use crate::period::period;
use crate::phrases::Phrases;
use crate::text::Text;

/// Words that speak of tasks, beside their names.
static TASKS: Phrases = Phrases::new(
    "overdue, past due, deadline, deadlines, agenda, to-do, todo, todos, backlog, to do, have to do, need to do, must i do, \
     should i do, on my plate, left to do, do today, do tomorrow, due today, due tomorrow, is due, are due, due this, due next, \
     due on, due in, due by, due before, due after, trash, tagged, with the tag, work on next",
);

/// Topic of a question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Topic {
    pub tasks: bool,
    pub reminders: bool,
    /// True if only a verb speaks of remembering.
    pub remembers: bool,
    pub series: bool,
    pub notifications: bool,
    pub list: bool,
    pub own: bool,
}

impl Topic {
    /// True if it is anything that TaskFlow keeps.
    pub fn is_ours(self) -> bool {
        self.tasks || self.reminders || self.remembers || self.series || self.notifications || self.list
    }
}

/// Finds out what a question is about.
pub fn topic(text: &Text, tokens: Range<usize>) -> Topic {
    let mut topic = Topic::default();
    for at in tokens.clone() {
        match thing(text.at(at)) {
            Some(Thing::Task | Thing::Event) => topic.tasks = true,
            Some(Thing::Reminder | Thing::Alarm) => topic.reminders = true,
            Some(Thing::Series) => topic.series = true,
            Some(Thing::Notification) => topic.notifications = true,
            None => {}
        }
        topic.own |= text.is(at, &["i", "my", "me", "i'm", "i've", "mine", "our", "we", "us"]);
        topic.series |= text.is(at, &["recurring", "repeating"]);
        topic.remembers |= text.is(at, &["remind", "reminded", "remember", "remembered"])
            || text.any_phrase(at, &["keep in mind", "bear in mind", "not forget"]).is_some();
        topic.reminders |= text.any_phrase(at, &["wake up call", "wake up calls", "wake me"]).is_some();
        topic.list |= list_phrase(text, at).is_some_and(|list| list.end <= tokens.end);
        topic.tasks |= TASKS.end(text, at).is_some();
    }
    topic
}

/// Nouns that alone ask for a list: "upcoming events", "my schedule", "alarms".
pub fn is_heading(text: &Text, tokens: Range<usize>) -> bool {
    static WORDS: Phrases = Phrases::new(
        "my, all, the, upcoming, up, coming, current, set, active, pending, next, recent, work, weekly, \
         daily, today's, todays, tomorrow's, this, week's, of, for, overdue, open, happening, alarm, \
         reminder, task, event, meeting, completed, done, finished, urgent, important, high, low, priority, \
         due, scheduled, future, planned, remaining, on, in, personal, events, tasks, different, status, \
         settings, plan, plans, list, to, do, shopping, grocery, planning, party, missed, deleted, \
         recurring, repeating, unread, and, time, times, unfinished",
    );
    let is_head = |at: usize| {
        let word = text.at(at);
        let is_plural = thing(word).is_some() && word.ends_with('s');
        is_plural
            || text.is(
                at,
                &[
                    "schedule", "agenda", "calendar", "plan", "plans", "planning", "todos", "status",
                    "settings", "overdue",
                ],
            )
    };
    if tokens.is_empty() || tokens.len() > 12 {
        return false;
    }
    let mut has_head = false;
    let mut at = tokens.start;
    while at < tokens.end {
        has_head |= is_head(at);
        if let Some(found) = period(text, at).filter(|found| found.tokens.end <= tokens.end) {
            at = found.tokens.end;
            continue;
        }
        if !(is_head(at) || WORDS.has(text.at(at)) || text.is_sign(at) || list_phrase(text, at).is_some()) {
            return false;
        }
        at += 1;
    }
    let is_list = list_phrase(text, tokens.start).is_some_and(|list| list.end == tokens.end);
    has_head || is_list
}
