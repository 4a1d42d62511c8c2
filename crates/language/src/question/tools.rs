//! Tools that answer a question, each with the sentences that ask for it.

use std::ops::Range;

use domain::Search;

use super::Asked;
use crate::answer::{Operation, Understanding, is_valid};
use crate::filter::filters;
use crate::list::{on_list, thing};
use crate::pattern::Patterns;
use crate::phrases::Phrases;
use crate::resolve::Aim;
use crate::target::{Target, target};
use crate::text::Text;

/// "history of the report", "when did I change buy milk", "what happened to the report".
pub fn history(asked: &Asked) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
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
    ]);
    let found = PATTERNS
        .capture(asked.text, asked.body.clone())
        .or_else(|| PATTERNS.capture(asked.text, asked.tokens.clone()))?;
    let words = task_words(asked.text, found.last()?.clone())?;
    Some(Understanding::new(Operation::GetTaskHistory, 0.85).with("task", words))
}

pub fn notifications(asked: &Asked) -> Option<Understanding> {
    let is_missed = asked.has_phrase(&["did i miss", "have i missed", "i missed"]);
    let is_inbox = asked.topic.notifications && !asked.topic.reminders && !asked.has(&["social"]);
    (is_missed && !asked.topic.tasks || is_inbox).then(|| {
        let understood = Understanding::new(Operation::ListNotifications, 0.85);
        if asked.has(&["unread", "new"]) { understood.with("unread", true) } else { understood }
    })
}

pub fn series(asked: &Asked) -> Option<Understanding> {
    static REPEATED: Phrases =
        Phrases::new("do i do regularly, do regularly, repeats, tasks repeat, things repeat");
    let is_series = asked.topic.series || asked.has_any(&REPEATED) && asked.topic.own;
    is_series.then(|| {
        let understood = Understanding::new(Operation::ListRecurringTasks, 0.85);
        if asked.has(&["active", "current"]) { understood.with("status", "active") } else { understood }
    })
}

/// "what reminders do I have", "is there a reminder for the dentist".
pub fn reminders(asked: &Asked) -> Option<Understanding> {
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
    is_mine.then(|| Understanding::new(Operation::ListReminders, 0.85))
}

/// "when is my dentist appointment", "show me the task buy milk", "details of the report".
pub fn one_task(asked: &Asked) -> Option<Understanding> {
    static PATTERNS: Patterns = Patterns::new(&[
        "when|what_time is ?my|our|the {} due",
        "when's|whens ?my|our|the {} due",
        "when|where|what_time|what_day|what_date|which_day|at_what_time is my|our|the {}",
        "when's|whens my|our|the {}",
        "when|what_time does|will my|our {} ?start|begin",
        "when|what_time do_i_have ?to|my|the|an|a {}",
        "when|what_time am_i supposed_to|meant_to {}",
        "when {} due",
        "what's|what_is|whats the due_date|deadline|priority|status|date of|for ?my|the {}",
        "is|are ?my|the {} done|finished|complete|completed|overdue|due",
        "do_i|did_i finish|complete|do ?the|my {}",
        "have_i|did_i finished|completed|done ?the|my {}",
        "what_do_i_need_to_know_about ?my|the {}",
    ]);
    static SHOWN: Patterns = Patterns::new(&[
        "?me ?the|my task|item|todo called|named|about|: {}",
        "?the|my task {}",
        "?the details of|for|about|on ?the|my ?task {}",
        "?me ?all about ?the|my {} task|meeting|appointment|event",
    ]);
    let text = asked.text;
    let found = match asked.is_read {
        true => {
            SHOWN.capture(text, asked.body.clone()).or_else(|| PATTERNS.capture(text, asked.body.clone()))
        }
        false => PATTERNS.capture(text, asked.tokens.clone()),
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
    // "when is the next eclipse" is about something else.
    static APPOINTMENTS: Phrases = Phrases::new(
        "dentist, doctor, doctors, appointment, meeting, interview, party, lesson, class, call, lunch, dinner, brunch, \
         breakfast, report, deadline, exam, rent, review, visit, birthday, wedding, trip, standup, checkup, haircut, task",
    );
    let is_own = topic_is_own(asked) || name.clone().any(|at| APPOINTMENTS.has(text.at(at)));
    let words = task_words(text, name).filter(|_| is_own)?;
    Some(Understanding::new(Operation::GetTask, 0.75).with("task", words))
}

/// True if somebody asks about what is theirs.
fn topic_is_own(asked: &Asked) -> bool {
    asked.topic.own
        || asked.topic.is_ours()
        || asked.is_read
        || asked.has(&["due", "done", "finished", "completed", "overdue"])
}

/// Words of a title without dates.
fn task_words(text: &Text, tokens: Range<usize>) -> Option<String> {
    match target(text, tokens) {
        Target::Words(words) => Some(words),
        _ => None,
    }
}

/// "find dentist", "do I have milk on my list", "did I add a car wash".
pub fn search(asked: &Asked) -> Option<Understanding> {
    static FIND: Patterns = Patterns::new(&[
        "search for|my_tasks_for|tasks_for|through_my_tasks_for {}",
        "search {}",
        "find ?my|the ?task|tasks ?called|about|with|for|containing {}",
        "look_for|look_up {}",
        "check $list for {}",
        "check $list to_see_if {} is|are {}",
    ]);
    static ASKED: Patterns = Patterns::new(&[
        "is|are {} already|still|listed|written|an_item $list",
        "is|are {} $list",
        "do_i_have {} $list",
        "did_i|have_i|i add|put|write|added|note|list|include|remember_to_add|make_a_note_of|make_a_note {} $list",
        "did_i|have_i add|added|put {}",
        "does my|the {} have|contain|include {}",
        "is there ?a|an ?task|item|anything ?to|for|about|called|named {} $list",
        "do_i_have_anything $list about|for|called|with {}",
        "do_i_have ?a|any task|tasks|todo|item|items to|about|for|with|called|containing {}",
        "did_i create ?a|an task|item to|for|about|called {}",
        "are_there ?any tasks|items|todos about|with|for|containing|called {}",
        "is there ?a|an task|item to|about|for|called {}",
    ]);
    let text = asked.text;
    if let Some(found) = FIND.capture(text, asked.tokens.clone()) {
        let words = found
            .into_iter()
            .rfind(|range| on_list(text, range.start).is_none_or(|list| list.end != range.end));
        let list = asked.topic.list || asked.topic.tasks;
        let words = words.and_then(|range| clean(text, range))?;
        let is_own = list || !asked.has(&["articles", "price", "prices", "website"]);
        let confidence = if list { 0.85 } else { 0.65 };
        return is_own.then(|| Understanding::new(Operation::SearchTasks, confidence).with("search", words));
    }
    let tail = inner_question(text, asked.body.clone()).unwrap_or(asked.body.clone());
    let found = ASKED.capture(text, tail)?;
    let range = found
        .into_iter()
        .find(|range| on_list(text, range.start).is_none_or(|list| list.end != range.end))?;
    let words = clean(text, range.clone())?;
    let is_any = text.is(
        range.start,
        &["anything", "any", "something", "everything", "left", "there", "what", "it", "a", "my"],
    ) && range.len() <= 2;
    (!is_any).then(|| Understanding::new(Operation::SearchTasks, 0.8).with("search", words))
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
    is_valid::<Search>(&words).then_some(words)
}

/// Things that TaskFlow keeps.
static THINGS: Phrases = Phrases::new(
    "tasks, task, todo, todos, events, meetings, appointments, meeting, event, appointment, schedule, calendar, everything, \
     anything",
);

/// Words of questions about one's own day.
static MINE: Phrases = Phrases::new(
    "do i have, have i got, am i free, am i busy, am i available, am i doing, am i up to, i have to do, \
     i need to do, i have going on, i doing, my day, my week, my weekend, my upcoming week, \
     my coming week, my morning, my afternoon, my evening, anything i need, anything i should, \
     anything i have, anything i must, my plan, my plans, my schedule, planned for, i have planned, \
     i have scheduled, i have booked, do i need to, i got to do, i get done, i finish, i finished, \
     i complete, i completed, i done, did i do, get done, on my plate, free time, plan for today, \
     coming up, going on, scheduled for, is next, what's next, whats next, i should do, should i do, \
     must i do, i must do, going to do, need to be done, for today, for tomorrow, for this week, \
     any arrangement, any arrangements, any plans, happening, i be doing, open events, anything planned, anything scheduled, anything due, \
     free break, have plans, is due, are due, i delete, i deleted, needs doing, left for today",
);

/// "what is overdue", "show me high priority work tasks due this week", "do I have anything tomorrow".
pub fn tasks(asked: &Asked) -> Option<Understanding> {
    let topic = asked.topic;
    let is_about_me = asked.has_any(&MINE);
    let is_list = topic.list || topic.tasks || (topic.reminders && topic.own);
    let is_own = topic.own || topic.list || asked.is_read || asked.is_heading;
    let is_due = asked.has(&["due", "overdue"]);
    let about = is_about_me || asked.is_heading || (is_list && (is_own || asked.has_one(&THINGS))) || is_due;
    if !about {
        return None;
    }
    let aim = if is_past(asked) { Aim::Passed } else { Aim::Coming };
    let mut understood = filters(asked.text, asked.tokens.clone(), aim, asked.now);
    let is_next = asked.has_phrase(&[
        "what's next",
        "whats next",
        "what is next",
        "what's coming up",
        "what is coming up",
    ]);
    let weak = !(is_list || is_due || topic.own || (is_next && asked.tokens.len() < 6));
    understood.confidence = if weak { 0.55 } else { 0.85 };
    if understood.operation == Operation::ListTasks && weak {
        return None;
    }
    Some(understood)
}

pub fn is_past(asked: &Asked) -> bool {
    asked.has(&["did", "finished", "completed", "done", "was", "were", "accomplished"])
        || asked.has_phrase(&["have i"])
}
