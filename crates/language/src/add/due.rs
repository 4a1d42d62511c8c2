//! Due date of a new task.

use crate::resolve::{Aim, Now, Point, Resolved, add_days, monday, resolve};
use crate::slots::Slots;
use crate::when::{Bound, When};

/// Due date, or the question that has to be asked first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    pub point: Option<Point>,
    pub question: Option<String>,
    pub options: Vec<Point>,
    pub notes: Vec<String>,
}

/// Most dates to choose from.
const MAX_OPTIONS: usize = 5;

/// Resolves the due date of a new task.
pub fn due(slots: &Slots, now: &Now) -> Due {
    let times = slots.times();
    if slots.no_date.is_some() {
        return Due::default();
    }
    match times.as_slice() {
        [] => Due::default(),
        [when] => one(when, slots, now),
        several => {
            let mut options: Vec<Point> = Vec::new();
            for when in several {
                let found = bounded(when, resolve(when, now, Aim::Coming)).points.first().copied();
                options.extend(found.filter(|point| !options.contains(point)));
                if options.len() == MAX_OPTIONS {
                    break;
                }
            }
            Due { question: Some("Which of these dates is it due?".to_owned()), options, ..Due::default() }
        }
    }
}

fn one(when: &When, slots: &Slots, now: &Now) -> Due {
    let found = bounded(when, resolve(when, now, Aim::Coming));
    let mut notes = found.notes.clone();
    if slots.has_dropped_end {
        notes.push(
            "The task is due at the beginning of the time that you named; its end is not kept.".to_owned(),
        );
    }
    if when.names_zone {
        let question = "Times are those of your own time zone. Which one do you mean?".to_owned();
        return Due { question: Some(question), options: found.points, notes, ..Due::default() };
    }
    match (found.question, found.points.as_slice()) {
        (None, [point, ..]) => Due { point: Some(*point), notes, ..Due::default() },
        (question, points) => Due { question, options: points.to_vec(), notes, ..Due::default() },
    }
}

/// "before friday" is due on Thursday, "after friday" on Saturday.
pub fn bounded(when: &When, mut found: Resolved) -> Resolved {
    let days = match when.bound {
        Some(Bound::Before) => -1,
        Some(Bound::After) => 1,
        _ => return found,
    };
    for point in found.points.iter_mut().filter(|point| point.time.is_none()) {
        if let Some(date) = add_days(point.date, days) {
            point.date = date;
        }
    }
    found
}

/// Days that people mean by "later".
pub fn usual_days(now: &Now) -> Vec<(String, Point)> {
    let day = |date| Point { date, time: None, instant: None };
    let tomorrow = add_days(now.today(), 1).map(|date| ("Tomorrow".to_owned(), day(date)));
    let week = monday(now.today())
        .and_then(|monday| add_days(monday, 7))
        .map(|date| ("Next week".to_owned(), day(date)));
    tomorrow.into_iter().chain(week).collect()
}
