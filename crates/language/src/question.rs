//! Questions about tasks, and what they filter.

use std::ops::Range;

use domain::Priority;
use serde_json::{Map, json};

use crate::answer::{Choice, Operation, Span, SpanKind, Understanding};
use crate::chatter::{is_about_abilities, is_greeting};
use crate::label::{level, tags};
use crate::list::{Thing, list_phrase, on_list, thing};
use crate::number::cardinal;
use crate::pattern::capture_any;
use crate::period::{Bounds, bounds, period};
use crate::phrases::Phrases;
use crate::resolve::{Aim, Now, Point, point_words};
use crate::text::Text;

static QUESTION_WORDS: Phrases = Phrases::new(
    "what, what's, whats, wat, who, who's, whos, whose, where, where's, wheres, when, when's, whens, which, \
     why, how, how's, hows",
);

/// Verbs that begin a question when a subject follows.
static AUXILIARIES: Phrases = Phrases::new(
    "is, are, am, was, were, does, did, has, isn't, aren't, doesn't, didn't, do, have, can, could, will, \
     would, should, shall, may, might, must, haven't, don't, won't, had",
);

static SUBJECTS: Phrases = Phrases::new(
    "i, you, we, they, he, she, it, the, my, your, any, there, a, an, this, that, these, those, people, \
     anyone, anybody, someone, his, her, our, their, u, all, some, every, women, men, kids, children, most, \
     one, things, everyone, anything, of",
);

/// Verbs that ask to see something.
static READS: Phrases = Phrases::new(
    "show me, tell me, give me a list of, give me, let me know, let me see, let me hear, let's hear, \
     lets hear, let's see, recite, iterate, walk me through, talk me through, hear about, hear, \
     refresh my memory, inform me, explain, define, describe, remind me what, remind me which, \
     remind me who, remind me where, remind me when, remind me how, remind me why, remind me if, \
     remind me of what, remind me the things, remind me of the items, remind me of the tasks, \
     remind me of my tasks, remind me about my alarms, remind me of my reminders, know, curious, wondering, \
     can i know, may i know, could i know, can i see, can i hear, may i see, what about, how about, \
     more information, more info, more about, just to confirm, say, enumerate, narrate",
);

/// Verbs that may ask to see something of TaskFlow, but begin titles of tasks as well.
static WEAK_READS: Phrases = Phrases::new(
    "list out, list off, list, read out, read back, read off, read me, read, view, check out, checkout, \
     check up on, check, open up, open, pull up, bring up, repeat back, repeat, go through, go back over, \
     go over, review, find out, find, look up, look for, look to see, look, search for, search, count, \
     confirm, see if, see whether, see, print out, state, get me a list of, get me, give, tell, refresh, \
     to confirm, verify, make sure, fetch, retrieve, run through, provide, summarize, sum up, preview, scan, \
     browse, access, information on, info on, details on, details of, details about, arrange, sort, filter, \
     show, display, if there, discuss",
);

/// True if the sentence asks something, or asks to see something.
pub fn is_question(text: &Text, tokens: Range<usize>) -> bool {
    let at = tokens.start;
    let has_mark = (tokens.start..text.len()).any(|at| text.at(at) == "?" && !text.is_glued(at + 1));
    if QUESTION_WORDS.has(text.at(at)) && tokens.len() > 1 {
        return true;
    }
    if AUXILIARIES.has(text.at(at)) && is_inverted(text, at, tokens.end, has_mark) {
        return true;
    }
    // "on my reminders list, is there an item", "at what time is laundry", "in the last year how many"
    let led =
        on_list(text, at).map(|list| list.end).or_else(|| period(text, at).map(|found| found.tokens.end));
    if let Some(next) = led.filter(|next| *next < tokens.end) {
        let next = if text.at(next) == "," { next + 1 } else { next };
        let is_list = on_list(text, at).is_some();
        if QUESTION_WORDS.has(text.at(next))
            || ((is_list || text.before(next) == ",")
                && AUXILIARIES.has(text.at(next))
                && is_inverted(text, next, tokens.end, has_mark))
        {
            return true;
        }
    }
    if text.is(at, &["at", "on", "in", "for", "by", "to", "since", "until"])
        && QUESTION_WORDS.has(text.at(at + 1))
    {
        return true;
    }
    // "I need my list read"
    if text.is(tokens.end - 1, &["read", "listed", "shown"])
        && tokens.len() > 3
        && text.is(at, &["my", "the"])
    {
        return true;
    }
    // "today how many alarms do i have", "on my list of reminders is what", "the tasks for today, what are they"
    let is_late = (at..tokens.end.min(at + 8)).any(|next| {
        QUESTION_WORDS.has(text.at(next))
            && (text.before(next) == ","
                || text.is(next + 1, &["many", "much", "do", "is", "are", "did"])
                || next + 1 == tokens.end)
    });
    if text.is(tokens.end - 1, &["what"]) && tokens.len() > 2 {
        return true;
    }
    let has_subject = (at..tokens.end).any(|next| text.is(next, &["i", "my", "they", "it"])) || has_mark;
    if is_late && has_subject {
        return true;
    }
    // "any meetings tomorrow?", "anything due this week?"
    let is_short = text.is(at, &["any", "anything", "anybody"]);
    is_short || (has_mark && text.is(at, &["nothing", "got", "something"]))
}

/// True if an auxiliary verb has its subject after it.
fn is_inverted(text: &Text, at: usize, end: usize, has_mark: bool) -> bool {
    let next = at + 1;
    match text.at(at) {
        "is" | "are" | "am" | "was" | "were" | "does" | "did" | "has" | "isn't" | "aren't" | "doesn't"
        | "didn't" | "had" => next < end,
        // "do the dishes", "do laundry"; "do employers have to …"
        "do" => {
            let is_pronoun = text.is(
                next,
                &["i", "you", "we", "they", "people", "any", "u", "women", "men", "kids", "these", "those"],
            );
            let is_plural = text.at(next).ends_with('s')
                && next + 2 < end
                && !text.is(
                    next + 1,
                    &[
                        "and", "of", "for", "with", "at", "in", "on", "before", "after", "to", "every",
                        "from", "by", "this",
                    ],
                );
            is_pronoun
                || (text.is(next, &["the", "my", "our"]) && has_mark)
                || (is_plural
                    && text.weekday(next + 1).is_none()
                    && text.relative_day(next + 1).is_none()
                    && text.is_word(next + 1))
        }
        "have" => text.is(next, &["i", "you", "we", "they", "there", "any", "u"]),
        "haven't" | "don't" => text.is(next, &["i", "you", "we", "they"]) && has_mark,
        "may" => text.is(next, &["i", "we"]),
        "can" | "could" | "will" | "would" | "should" | "shall" | "might" | "must" | "won't" => {
            SUBJECTS.has(text.at(next)) || (has_mark && next < end)
        }
        _ => false,
    }
}

/// Returns the end of the words that ask to see something, and true if they can mean nothing else.
fn reads(text: &Text, at: usize, limit: usize) -> Option<(usize, bool)> {
    let end = |verbs: &Phrases| verbs.end(text, at).filter(|end| *end <= limit);
    end(&READS).map(|end| (end, true)).or_else(|| end(&WEAK_READS).map(|end| (end, false)))
}

/// What a question is about.
#[derive(Clone, Copy, Debug, Default)]
struct Topic {
    tasks: bool,
    reminders: bool,
    /// True if only a verb speaks of remembering.
    remembers: bool,
    series: bool,
    notifications: bool,
    list: bool,
    own: bool,
}

fn topic(text: &Text, tokens: Range<usize>) -> Topic {
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
        topic.tasks |= text
            .is(at, &["overdue", "deadline", "deadlines", "agenda", "to-do", "todo", "todos", "backlog"])
            || text
                .any_phrase(
                    at,
                    &[
                        "to do",
                        "have to do",
                        "need to do",
                        "must i do",
                        "should i do",
                        "on my plate",
                        "left to do",
                        "do today",
                        "do tomorrow",
                        "due today",
                        "due tomorrow",
                        "is due",
                        "are due",
                        "due this",
                        "due next",
                        "due on",
                    ],
                )
                .is_some();
    }
    topic
}

/// Makes the understanding of a question, or of a wish to see something.
pub fn question(text: &Text, tokens: Range<usize>, has_question: bool, now: &Now) -> Option<Understanding> {
    let read = reads(text, tokens.start, tokens.end);
    if read.is_none() && !has_question && !is_heading(text, tokens.clone()) {
        return None;
    }
    let body = match read {
        Some((end, _)) if !has_question => end..tokens.end,
        _ => tokens.clone(),
    };
    let topic = topic(text, if has_question { tokens.clone() } else { body.clone() });
    let is_heading = read.is_none() && !has_question;
    // "review the report" is a task, "review my tasks" is none; "can you see if …" and "I want to see …" ask.
    let is_asked = text.is(tokens.start.wrapping_sub(1), &["you", "please", "to"])
        && (QUESTION_WORDS.has(text.at(body.start))
            || text.is(body.start, &["if", "whether"])
            || text.is(body.start - 1, &["if", "whether", "see", "hear"]));
    let is_certain = has_question || read.is_some_and(|(_, is_strong)| is_strong || is_asked);
    if is_about_abilities(text, tokens.clone()) && !(topic.list || topic.reminders || topic.remembers) {
        return Some(Understanding::new(Operation::Help, 0.9));
    }
    let rules: [fn(&Asked) -> Option<Understanding>; 7] =
        [history, notifications, series, reminders, one_task, search, tasks];
    let is_history = (tokens.clone()).any(|at| text.is(at, &["history", "changes", "log"]));
    let has_topic = is_history
        || topic.remembers
        || topic.tasks
        || topic.reminders
        || topic.series
        || topic.notifications
        || topic.list;
    let is_plain_search = text.phrase(tokens.start, "search").is_some();
    if !(is_certain || is_heading || has_topic || is_plain_search) {
        return None;
    }
    let asked = Asked {
        text,
        tokens: tokens.clone(),
        body,
        topic,
        now,
        is_read: read.is_some() && !has_question,
        is_heading,
    };
    let found = rules.iter().find_map(|rule| rule(&asked));
    found.or_else(|| is_certain.then(|| unknown(&asked)))
}

/// Question with what is known of it.
struct Asked<'a> {
    text: &'a Text,
    tokens: Range<usize>,
    /// Tokens without "show me".
    body: Range<usize>,
    topic: Topic,
    now: &'a Now,
    is_read: bool,
    is_heading: bool,
}

impl Asked<'_> {
    fn has(&self, words: &[&str]) -> bool {
        self.tokens.clone().any(|at| self.text.is(at, words))
    }

    fn has_phrase(&self, phrases: &[&str]) -> bool {
        self.tokens
            .clone()
            .any(|at| self.text.any_phrase(at, phrases).is_some_and(|end| end <= self.tokens.end))
    }

    fn understood(&self, operation: Operation, confidence: f32) -> Understanding {
        Understanding::new(operation, confidence)
    }
}

/// Nouns that alone ask for a list: "upcoming events", "my schedule", "alarms".
fn is_heading(text: &Text, tokens: Range<usize>) -> bool {
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
    if tokens.is_empty() || tokens.len() > 8 {
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

/// "history of the report", "when did I change buy milk", "what happened to the report".
fn history(asked: &Asked) -> Option<Understanding> {
    const PATTERNS: &[&str] = &[
        "history of|for ?the|my {}",
        "?the history of|for ?the|my {}",
        "what_happened_to|what_happened_with ?the|my {}",
        "who|when changed|edited|moved ?the|my {}",
        "when_did_i change|edit|move|create|add|delete ?the|my {}",
        "who_changed ?the|my {}",
        "?the changes of|to|in ?the|my {}",
        "what_changed_in|what_changed_about ?the|my {}",
        "?the {} history",
        "activity|log of|for ?the|my {}",
    ];
    let found = capture_any(asked.text, asked.body.clone(), PATTERNS)
        .or_else(|| capture_any(asked.text, asked.tokens.clone(), PATTERNS))?;
    let words = task_words(asked.text, found.last()?.clone())?;
    Some(asked.understood(Operation::GetTaskHistory, 0.85).with("task", words))
}

fn notifications(asked: &Asked) -> Option<Understanding> {
    let is_missed = asked.has_phrase(&["did i miss", "have i missed", "i missed"]);
    let is_inbox = asked.topic.notifications && !asked.topic.reminders && !asked.has(&["social"]);
    (is_missed && !asked.topic.tasks || is_inbox).then(|| {
        let understood = asked.understood(Operation::ListNotifications, 0.85);
        if asked.has(&["unread", "new"]) { understood.with("unread", true) } else { understood }
    })
}

fn series(asked: &Asked) -> Option<Understanding> {
    let is_series = asked.topic.series
        || asked.has_phrase(&["do i do regularly", "do regularly", "repeats"]) && asked.topic.own;
    is_series.then(|| {
        let understood = asked.understood(Operation::ListRecurringTasks, 0.85);
        if asked.has(&["active", "current"]) { understood.with("status", "active") } else { understood }
    })
}

/// "what reminders do I have", "is there a reminder for the dentist".
fn reminders(asked: &Asked) -> Option<Understanding> {
    let is_about_tasks = asked.has(&["tasks", "task", "todo", "todos", "to-do", "chores", "chore"])
        || asked.has_phrase(&["to do list", "to do's"]);
    let is_noun = asked.topic.reminders && !is_about_tasks;
    let is_verb = asked.topic.remembers && !is_about_tasks && !(asked.topic.list || asked.topic.tasks);
    if !(is_noun || is_verb) {
        return None;
    }
    let is_mine = asked.topic.own
        || asked.topic.list
        || asked.is_read
        || asked.is_heading
        || asked.has(&["reminder", "reminders", "alarm", "alarms", "alert", "alerts", "remainder"]);
    is_mine.then(|| asked.understood(Operation::ListReminders, 0.85))
}

/// "when is my dentist appointment", "show me the task buy milk", "details of the report".
fn one_task(asked: &Asked) -> Option<Understanding> {
    const PATTERNS: &[&str] = &[
        "when|when's|whens is ?my|our {} due",
        "when_is my|our {}",
        "when|when's|whens my|our {}",
        "what_time is my|our {}",
        "what_time_does my|our {} start|begin",
        "where_is my|our {}",
        "what_day|what_date|which_day is my|our {}",
        "what_day_of_the_week is my|our {}",
        "when_do_i_have ?to|my|the|an|a {}",
        "when_is ?the {} due",
        "when's ?the {} due",
        "what's|what_is|whats the due_date|deadline|priority|status|date of|for ?my|the {}",
        "how_long will|is my {}",
        "when_does my {}",
        "when_will my {}",
        "at_what_time is my|our {}",
        "is|are ?my|the {} done|finished|complete|completed|overdue|due",
        "what_do_i_need_to_know_about ?my|the {}",
        "do_i|did_i finish|complete|do ?the|my {}",
        "have_i|did_i finished|completed|done ?the|my {}",
        "what_time do_i_have ?a|an|my {}",
        "when am_i supposed_to|meant_to {}",
        "what_time am_i supposed_to {}",
        "am_i done_with {}",
        "when {} due",
        "what_time is_the {} i_have {}",
        "when is that {} with {}",
    ];
    const SHOWN: &[&str] = &[
        "?me ?the|my task|item|todo called|named|about|: {}",
        "?the|my task {}",
        "?the details of|for|about|on ?the|my ?task {}",
        "?me ?all about ?the|my {} task|meeting|appointment|event",
    ];
    let text = asked.text;
    let found = match asked.is_read {
        true => capture_any(text, asked.body.clone(), SHOWN)
            .or_else(|| capture_any(text, asked.body.clone(), PATTERNS)),
        false => capture_any(text, asked.tokens.clone(), PATTERNS),
    };
    let name = found?.first()?.clone();
    // "when is my next meeting" asks for a list.
    let begin = if text.is(name.start, &["the", "my", "any"]) { name.start + 1 } else { name.start };
    let is_vague = text.is(
        begin,
        &["next", "first", "upcoming", "last", "alarm", "schedule", "day", "everything", "anything", "all"],
    ) || begin >= name.end
        || (thing(text.at(begin)).is_some() && begin + 1 == name.end);
    if is_vague {
        return None;
    }
    let words = task_words(text, name)?;
    Some(asked.understood(Operation::GetTask, 0.75).with("task", words))
}

/// Words of a title without dates.
fn task_words(text: &Text, tokens: Range<usize>) -> Option<String> {
    match crate::target::target(text, tokens) {
        crate::target::Target::Words(words) => Some(words),
        _ => None,
    }
}

/// "find dentist", "do I have milk on my list", "did I add a car wash".
fn search(asked: &Asked) -> Option<Understanding> {
    const FIND: &[&str] = &[
        "search for|my_tasks_for|tasks_for|through_my_tasks_for {}",
        "search {}",
        "find ?my|the ?task|tasks ?called|about|with|for|containing {}",
        "look_for|look_up {}",
        "check $list for {}",
        "check $list to_see_if {} is|are {}",
    ];
    const ASKED: &[&str] = &[
        "is|are {} already|still|listed|written|an_item $list",
        "is|are {} $list",
        "do_i_have {} $list",
        "do_i already have ?a ?task $list to {}",
        "did_i|have_i|i add|put|write|added|note|list|include|remember_to_add|make_a_note_of|make_a_note {} $list",
        "did_i|have_i add|added|put {}",
        "does my|the {} have|contain|include {}",
        "is there ?a|an ?task|item|anything ?to|for|about|called|named {} $list",
        "do_i_have_anything $list about|for|called|with {}",
        "have_i_told_you_to_add|put {} $list",
        "did_i $list to {}",
        "do_i_have ?a|any task|tasks|todo|item|items to|about|for|with|called|containing {}",
        "did_i create ?a|an task|item to|for|about|called {}",
        "are_there ?any tasks|items|todos about|with|for|containing|called {}",
        "is there ?a|an task|item to|about|for|called {}",
    ];
    let text = asked.text;
    if let Some(found) = capture_any(text, asked.tokens.clone(), FIND) {
        let words = found
            .into_iter()
            .rfind(|range| on_list(text, range.start).is_none_or(|list| list.end != range.end));
        let list = asked.topic.list || asked.topic.tasks;
        let words = words.and_then(|range| clean(text, range))?;
        let is_own = list || !asked.has(&["articles", "price", "prices", "website"]);
        let confidence = if list { 0.85 } else { 0.65 };
        return is_own.then(|| asked.understood(Operation::SearchTasks, confidence).with("search", words));
    }
    let tail = inner_question(text, asked.body.clone()).unwrap_or(asked.body.clone());
    let found = capture_any(text, tail, ASKED)?;
    let range = found
        .into_iter()
        .find(|range| on_list(text, range.start).is_none_or(|list| list.end != range.end))?;
    let words = clean(text, range.clone())?;
    let is_any = text.is(
        range.start,
        &["anything", "any", "something", "everything", "left", "there", "what", "it", "a", "my"],
    ) && range.len() <= 2;
    (!is_any).then(|| asked.understood(Operation::SearchTasks, 0.8).with("search", words))
}

/// "tell me if …", "see whether …", "I need to know if …": the question inside.
fn inner_question(text: &Text, tokens: Range<usize>) -> Option<Range<usize>> {
    let begin =
        text.any_phrase(tokens.start, &["if", "whether", "that", "me if", "to see if", "my list to see if"])?;
    Some(begin..tokens.end)
}

/// Words to search for, without what the tool does not match.
fn clean(text: &Text, tokens: Range<usize>) -> Option<String> {
    let mut begin = tokens.start;
    while text.is(
        begin,
        &["a", "an", "the", "my", "any", "task", "item", "to", "for", "about", "called", "i", "already"],
    ) && begin + 1 < tokens.end
    {
        begin += 1;
    }
    let words = text.original(begin..tokens.end);
    let words = words.trim_matches(|c: char| matches!(c, '"' | '“' | '”' | '?' | '.' | ' ')).to_owned();
    (!words.is_empty() && words.chars().count() <= 200).then_some(words)
}

/// "what is overdue", "show me high priority work tasks due this week", "do I have anything tomorrow".
fn tasks(asked: &Asked) -> Option<Understanding> {
    let topic = asked.topic;
    let is_about_me = asked.has_phrase(&[
        "do i have",
        "have i got",
        "am i free",
        "am i busy",
        "am i available",
        "am i doing",
        "am i up to",
        "i have to do",
        "i need to do",
        "i have going on",
        "i doing",
        "my day",
        "my week",
        "my weekend",
        "my upcoming week",
        "my coming week",
        "my morning",
        "my afternoon",
        "my evening",
        "anything i need",
        "anything i should",
        "anything i have",
        "anything i must",
        "my plan",
        "my plans",
        "my schedule",
        "planned for",
        "i have planned",
        "i have scheduled",
        "i have booked",
        "do i need to",
        "i got to do",
        "i get done",
        "i finish",
        "i finished",
        "i complete",
        "i completed",
        "i done",
        "did i do",
        "get done",
        "on my plate",
        "free time",
        "plan for today",
        "coming up",
        "going on",
        "scheduled for",
        "is next",
        "what's next",
        "whats next",
        "i should do",
        "should i do",
        "must i do",
        "i must do",
        "going to do",
        "need to be done",
        "for today",
        "for tomorrow",
        "for this week",
        "any arrangement",
        "any arrangements",
        "any plans",
        "you available",
        "your plan",
        "your plans",
        "your schedule",
        "happening",
        "i be doing",
        "i work",
        "open events",
        "anything planned",
        "anything scheduled",
        "anything due",
        "free break",
        "have plans",
        "is due",
        "are due",
        "i owe",
        "needs doing",
        "left for today",
    ]);
    let is_list = topic.list || topic.tasks || (topic.reminders && topic.own);
    let is_own = topic.own || topic.list || asked.is_read || asked.is_heading;
    let is_due = asked.has(&["due", "overdue"]);
    let about = is_about_me
        || asked.is_heading
        || (is_list
            && (is_own
                || asked.has(&[
                    "tasks",
                    "task",
                    "todo",
                    "todos",
                    "events",
                    "meetings",
                    "appointments",
                    "meeting",
                    "event",
                    "appointment",
                    "schedule",
                    "calendar",
                ])))
        || is_due;
    if !about {
        return None;
    }
    let aim = if is_past(asked) { Aim::Passed } else { Aim::Coming };
    let mut understood = filters(asked.text, asked.tokens.clone(), aim, asked.now);
    let weak = !(is_list || is_due || topic.own);
    understood.confidence = if weak { 0.55 } else { 0.85 };
    if understood.operation == Operation::ListTasks && weak {
        return None;
    }
    Some(understood)
}

fn is_past(asked: &Asked) -> bool {
    asked.has(&["did", "finished", "completed", "done", "was", "were", "accomplished"])
        || asked.has_phrase(&["have i"])
}

/// Question about something else. A date in it is kept, for the next turn of a dialogue.
fn unknown(asked: &Asked) -> Understanding {
    let mut understood = asked.understood(Operation::Unknown, 0.3);
    if is_greeting(asked.text, asked.tokens.clone()) {
        return understood;
    }
    let aim = if is_past(asked) { Aim::Passed } else { Aim::Coming };
    let filters = filters(asked.text, asked.tokens.clone(), aim, asked.now);
    for name in ["due_after", "due_before"] {
        if let Some(value) = filters.data.get(name) {
            understood.data.insert(name.to_owned(), value.clone());
        }
    }
    understood.spans = filters.spans.into_iter().filter(|span| span.kind == SpanKind::Date).collect();
    understood
}

/// Reads the filters of a question: dates, priority, tags, status, order.
pub fn filters(text: &Text, tokens: Range<usize>, aim: Aim, now: &Now) -> Understanding {
    let mut understood = Understanding::new(Operation::ListTasks, 0.85);
    let mut found = Found::default();
    let mut at = tokens.start;
    while at < tokens.end {
        at = found.read(text, at, tokens.end, &mut understood).unwrap_or(at + 1);
    }
    found.put(&mut understood, aim, now);
    let data = &understood.data;
    let is_sorted = data.contains_key("sort_by");
    let others =
        data.keys().filter(|name| !matches!(name.as_str(), "sort_by" | "sort_order" | "status")).count();
    let others = others + usize::from(understood.question.is_some());
    understood.operation = match (others, is_sorted, data.contains_key("search")) {
        (0, true, _) => Operation::SortTasks,
        (0, false, _) => Operation::ListTasks,
        (1, false, true) => Operation::SearchTasks,
        _ => Operation::FilterTasks,
    };
    understood
}

/// Filters as they are found.
#[derive(Default)]
struct Found {
    periods: Vec<crate::when::Found<crate::period::Period>>,
    priorities: Vec<Priority>,
    tags: Vec<String>,
    is_completed: bool,
    is_any_status: bool,
    is_overdue: bool,
    is_deleted: bool,
    is_missed: bool,
    sort: Option<(&'static str, Option<&'static str>)>,
}

const SORTS: [(&str, &str, Option<&str>); 24] = [
    ("most important first", "priority", Some("desc")),
    ("most urgent first", "priority", Some("desc")),
    ("highest priority first", "priority", Some("desc")),
    ("lowest priority first", "priority", Some("asc")),
    ("newest first", "created_at", Some("desc")),
    ("latest first", "created_at", Some("desc")),
    ("oldest first", "created_at", Some("asc")),
    ("by priority", "priority", Some("desc")),
    ("by importance", "priority", Some("desc")),
    ("by urgency", "priority", Some("desc")),
    ("by due date", "due_date", Some("asc")),
    ("by date", "due_date", Some("asc")),
    ("by deadline", "due_date", Some("asc")),
    ("soonest first", "due_date", Some("asc")),
    ("nearest first", "due_date", Some("asc")),
    ("alphabetically", "title", Some("asc")),
    ("in alphabetical order", "title", Some("asc")),
    ("by title", "title", Some("asc")),
    ("by name", "title", Some("asc")),
    ("by creation date", "created_at", Some("asc")),
    ("by created", "created_at", Some("asc")),
    ("recently updated", "updated_at", Some("desc")),
    ("recently changed", "updated_at", Some("desc")),
    ("recently completed", "completed_at", Some("desc")),
];

impl Found {
    /// Reads the filter that begins at a token, and returns its end.
    fn read(
        &mut self,
        text: &Text,
        at: usize,
        limit: usize,
        understood: &mut Understanding,
    ) -> Option<usize> {
        if text.is_opaque(at) {
            return None;
        }
        let mut span = |from: usize, to: usize, kind| {
            let place = text.place(from..to);
            understood.spans.push(Span { from: place.start, to: place.end, kind, value: None });
        };
        for (phrase, key, order) in SORTS {
            if let Some(end) = text.phrase(at, phrase).filter(|end| *end <= limit) {
                self.sort = Some((key, order));
                return Some(end);
            }
        }
        if let Some(found) = tags(text, at).filter(|found| found.tokens.end <= limit) {
            span(at, found.tokens.end, SpanKind::Tag);
            self.tags.extend(found.value);
            return Some(found.tokens.end);
        }
        if let Some((priority, end)) = priority_filter(text, at).filter(|(_, end)| *end <= limit) {
            span(at, end, SpanKind::Priority);
            self.priorities.push(priority);
            return Some(end);
        }
        match text.at(at) {
            "overdue" | "late" if text.at(at) == "overdue" || thing(text.at(at + 1)).is_some() => {
                self.is_overdue = true
            }
            "completed" | "finished" | "done" | "accomplished" | "finish" | "complete"
                if self.is_about_done(text, at) =>
            {
                self.is_completed = true
            }
            "deleted" | "trash" | "trashed" => self.is_deleted = true,
            "missed" => self.is_missed = true,
            _ => {
                if text.any_phrase(at, &["past due"]).is_some() {
                    self.is_overdue = true;
                    return Some(at + 2);
                }
                if let Some(tag) = tag_before_noun(text, at) {
                    span(at, at + 1, SpanKind::Tag);
                    self.tags.push(tag);
                    return Some(at + 1);
                }
                if let Some(list) =
                    list_phrase(text, at).filter(|list| list.end <= limit && list.end > at + 1)
                {
                    if let Some(tag) = list.tag.filter(|_| self.tags.is_empty()) {
                        self.tags.push(tag);
                    }
                    return Some(list.end);
                }
                let found = period(text, at).filter(|found| found.tokens.end <= limit)?;
                span(at, found.tokens.end, SpanKind::Date);
                let end = found.tokens.end;
                self.periods.push(found);
                return Some(end);
            }
        }
        Some(at + 1)
    }

    /// "what did I finish", "completed tasks"; not "is it done".
    fn is_about_done(&self, text: &Text, at: usize) -> bool {
        match text.at(at) {
            "completed" | "accomplished" => true,
            "done" | "finished" => {
                thing(text.at(at + 1)).is_some()
                    || text.is(
                        at.wrapping_sub(1),
                        &["i", "have", "i've", "get", "we", "been", "got", "was", "all", "are"],
                    )
            }
            _ => text.is(at.wrapping_sub(1), &["i", "we"]),
        }
    }

    fn put(self, understood: &mut Understanding, aim: Aim, now: &Now) {
        let aim = if self.is_completed { Aim::Passed } else { aim };
        let names = if self.is_completed {
            ("completed_after", "completed_before")
        } else {
            ("due_after", "due_before")
        };
        let data = &mut understood.data;
        if self.is_completed && self.periods.is_empty() {
            data.insert("status".to_owned(), "completed".into());
        }
        if self.is_any_status {
            data.insert("status".to_owned(), "any".into());
        }
        if self.is_deleted {
            data.insert("deleted".to_owned(), true.into());
        }
        if self.is_overdue {
            data.insert("overdue".to_owned(), true.into());
        }
        if self.is_missed {
            data.insert("missed".to_owned(), true.into());
        }
        if !self.priorities.is_empty() {
            let words: Vec<&str> = self.priorities.iter().map(|priority| priority.as_str()).collect();
            data.insert("priority".to_owned(), json!(words));
        }
        if !self.tags.is_empty() {
            data.insert("tags".to_owned(), json!(self.tags));
        }
        if let Some((key, order)) = self.sort {
            data.insert("sort_by".to_owned(), key.into());
            if let Some(order) = order {
                data.insert("sort_order".to_owned(), order.into());
            }
        }
        let mut bound = Bounds::default();
        for found in &self.periods {
            let next = bounds(&found.value, now, aim);
            bound = join(bound, next);
        }
        put_bounds(data, names, bound.after, bound.before, now);
        understood.notes.extend(bound.notes);
        if let Some(question) = bound.question {
            understood.ask(question);
            understood.options = bound
                .options
                .into_iter()
                .map(|(after, before)| {
                    let mut data = understood.data.clone();
                    put_bounds(&mut data, names, after, before, now);
                    let label = after.or(before).map(|point| point_words(point, now)).unwrap_or_default();
                    Choice { label, operation: Operation::FilterTasks, data }
                })
                .collect();
        }
        if self.is_completed
            && !self.periods.is_empty()
            && understood.data.keys().all(|name| !name.starts_with("completed_"))
        {
            understood.data.insert("status".to_owned(), "completed".into());
        }
    }
}

/// Narrows one period by another: "this week before noon" has both bounds.
fn join(one: Bounds, other: Bounds) -> Bounds {
    if one.question.is_some() {
        return one;
    }
    Bounds {
        after: other.after.or(one.after),
        before: other.before.or(one.before),
        notes: [one.notes, other.notes].concat(),
        ..other
    }
}

fn put_bounds(
    data: &mut Map<String, serde_json::Value>,
    names: (&str, &str),
    after: Option<Point>,
    before: Option<Point>,
    now: &Now,
) {
    for (name, point) in [(names.0, after), (names.1, before)] {
        if let Some(point) = point {
            data.insert(name.to_owned(), point.to_text(now).into());
        }
    }
}

/// "high priority", "urgent", "important", "p1" as a filter.
fn priority_filter(text: &Text, at: usize) -> Option<(Priority, usize)> {
    if text.at(at) == "p" && text.is_glued(at + 1) {
        return match text.at(at + 1) {
            "1" => Some((Priority::High, at + 2)),
            "2" => Some((Priority::Medium, at + 2)),
            "3" => Some((Priority::Low, at + 2)),
            _ => None,
        };
    }
    let found = level(text.at(at))?;
    let next = if text.at(at + 1) == "-" { at + 2 } else { at + 1 };
    if text.is(next, &["priority", "prio", "importance"]) {
        return Some((found, next + 1));
    }
    let is_word = text.is(at, &["urgent", "important", "critical"])
        && !text.is(at.wrapping_sub(1), &["most", "so", "not", "less"]);
    is_word.then_some((found, at + 1))
}

/// "work tasks", "home todos": the tag before the noun.
fn tag_before_noun(text: &Text, at: usize) -> Option<String> {
    static OTHERS: Phrases = Phrases::new(
        "my, all, the, any, open, active, upcoming, next, new, old, current, other, more, these, those, \
         many, of, and, completed, done, overdue, urgent, important, priority, due, some, no, recurring, \
         repeating, pending, remaining, late, missed, deleted, undone, unfinished, incomplete, outstanding, \
         to, me, show, list, finished, scheduled, several, every, few, today's, tomorrow's, your, both, for, \
         with, about, three, two, first, last, different, various, daily, weekly, monthly, long, big, small, \
         existing, what, which, have, are, on, set, do, cancelled, our, their, single, own, closed",
    );
    let is_noun = text.is(at + 1, &["tasks", "todos", "items", "to-dos", "task"]) && text.is_word(at);
    let word = text.at(at);
    let is_date = text.weekday(at).is_some()
        || text.month(at).is_some()
        || text.relative_day(at).is_some()
        || cardinal(text, at).is_some();
    (is_noun && !OTHERS.has(word) && !is_date && word.len() > 2).then(|| text.original(at..at + 1))
}
