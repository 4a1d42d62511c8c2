//! Lists, calendars and the things on them. TaskFlow has one list; another name for one is a tag.

use domain::Tag;

use crate::answer::is_valid;
use crate::phrases::Phrases;
use crate::text::Text;

/// List that a sentence names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPhrase {
    /// Tag, for a list with a name of its own: "shopping".
    pub tag: Option<String>,
    pub end: usize,
}

static DETERMINERS: Phrases = Phrases::new(
    "my, the, our, a, an, this, that, your, today's, todays, tomorrow's, new, whole, entire, current, \
     complete, own, existing, running, personal, daily, weekly, main, full, another, any",
);

/// Words of a list's name that say nothing.
static GENERIC: Phrases = Phrases::new(
    "to, do, -, todo, todos, task, tasks, things, thing, reminder, reminders, need, of, chore, chores, \
     activities, activity, item, items, event, events, my, the, this, recent, 's, doing, stuff",
);

/// Words that stand before a list, but not in its name.
static JOINTS: Phrases = Phrases::new(
    "and, from, on, in, off, with, for, please, is, are, have, that, it, me, i, by, at, a, an, the, my, buy, \
     get, open, check, read, show, add, added, put, be, view, see, find, delete, clear, remove, update, \
     what's, what, want, cancel, tell, into, onto",
);

const HEADS: &[&str] = &["list", "lists", "checklist", "wishlist"];

static CALENDARS: Phrases = Phrases::new(
    "calendar, calendars, schedule, agenda, diary, planner, calender, todos, todo, inbox, to-dos, todo's",
);

/// True if a list may end with the word.
pub fn names_list(word: &str) -> bool {
    HEADS.contains(&word) || CALENDARS.has(word) || matches!(word, "dos" | "do's")
}

/// Returns the list that begins at a token: "my to do list", "the shopping list", "my list of things to do".
pub fn list_phrase(text: &Text, at: usize) -> Option<ListPhrase> {
    text.list(at, || scan(text, at))
}

fn scan(text: &Text, at: usize) -> Option<ListPhrase> {
    let mut next = at;
    while DETERMINERS.has(text.at(next)) && next < at + 4 {
        next += 1;
    }
    let begin = next;
    if CALENDARS.has(text.at(begin)) {
        let end = begin + 1;
        let is_list = text.is(end, HEADS);
        let end = if is_list {
            after_head(text, end + 1)
        } else {
            text.any_phrase(end, &["app", "items", "list"]).unwrap_or(end)
        };
        return text.ends(end).then_some(ListPhrase { tag: None, end });
    }
    if let Some(end) = text.any_phrase(begin, &["to dos", "to do's", "to - dos", "to - do's"]) {
        return Some(ListPhrase { tag: None, end });
    }
    // Some words of a name, and the head.
    let is_name =
        |at: usize| text.is_word(at) || (text.at(at) == "-" && text.is_glued(at)) || text.is_number(at);
    while next < begin + 5
        && is_name(next)
        && !text.is(next, HEADS)
        && !CALENDARS.has(text.at(next))
        && !JOINTS.has(text.at(next))
    {
        next += 1;
    }
    if !(text.is(next, HEADS) || CALENDARS.has(text.at(next))) || !text.ends(next + 1) {
        return None;
    }
    let name: Vec<&str> = (begin..next).map(|at| text.at(at)).filter(|word| !GENERIC.has(word)).collect();
    let is_calendar = CALENDARS.has(text.at(next));
    let end = if is_calendar { next + 1 } else { after_head(text, next + 1) };
    let tag = match (name.is_empty(), text.at(next)) {
        (true, "wishlist") => Some("wishlist".to_owned()),
        (true, _) => None,
        _ if is_calendar => None,
        _ => Some(name.join(" ")),
    };
    Some(ListPhrase { tag: tag.filter(|tag| is_valid::<Tag>(tag)), end })
}

/// Skips "of things to do", "to do", "of reminders" after "list".
fn after_head(text: &Text, at: usize) -> usize {
    static REST: Phrases = Phrases::new(
        "of things to do today, of things to do, of stuff to do, of shit to do, of things to remember, \
         of things i need to do, of things i have to do, of things i need to buy, of things to buy, \
         of things i need, of reminders, of tasks, of chores, of to dos, of to - dos, of to - do's, \
         of todos, of errands, of appointments, of things, to do, for shopping, items, item, app, \
         of to do's, of activities",
    );
    REST.end(text, at).filter(|end| text.ends(*end)).unwrap_or(at)
}

/// Prepositions before a list.
pub static ON: Phrases =
    Phrases::new("on, to, in, into, onto, from, off, of, at, for, off of, out of, down on, down in, up on");

/// Returns a list with the preposition before it.
pub fn on_list(text: &Text, at: usize) -> Option<ListPhrase> {
    // "to do list" is no list with a preposition.
    if text.at(at) == "to" && text.is(at + 1, &["do", "-", "dos"]) {
        return None;
    }
    let next = ON.end(text, at)?;
    list_phrase(text, next)
}

/// Kind of thing that a noun names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Task,
    Reminder,
    Alarm,
    Event,
    Series,
    Notification,
}

/// Returns the kind of thing that a word names.
pub fn thing(word: &str) -> Option<Thing> {
    Some(match word {
        "task" | "tasks" | "todo" | "todos" | "item" | "items" | "chore" | "chores" | "errand"
        | "errands" | "to-do" | "job" | "jobs" | "assignment" | "assignments" | "todo's" | "taks"
        | "taskss" => Thing::Task,
        "reminder" | "reminders" | "remainder" | "remainders" | "reminders'" | "remindr" => Thing::Reminder,
        "alarm" | "alarms" | "alert" | "alerts" | "wakeup" | "timer" | "timers" => Thing::Alarm,
        "event" | "events" | "meeting" | "meetings" | "appointment" | "appointments" | "meting" | "appt"
        | "appointement" | "engagement" | "engagements" | "plans" | "programs" | "entry" | "entries"
        | "commitments" => Thing::Event,
        "series" | "recurrence" | "recurrences" => Thing::Series,
        "notification" | "notifications" => Thing::Notification,
        _ => return None,
    })
}
