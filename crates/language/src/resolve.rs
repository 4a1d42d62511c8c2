//! Resolution of what was said against a present: the user's time, zone and order of day and month.

mod calendar;
mod dates;
mod wording;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::day::Day;
use crate::number::Amount;
use crate::when::{Shade, When};
use crate::words::Part;

pub use calendar::{add_days, monday, month_end, month_start, shifted};
pub use dates::{dates, is_in_past_by_its_words};
pub use wording::{date_words, point_words, time_words};

/// Present of a user.
#[derive(Clone, Debug)]
pub struct Now {
    /// Current time.
    pub instant: Timestamp,
    /// The user's time zone.
    pub zone: TimeZone,
    /// Current time in that zone.
    pub local: DateTime,
    /// Order of day and month, if it is known.
    pub order: Option<Order>,
}

/// Order of day and month in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 4/3 is 3 April.
    MonthFirst,
    /// 4/3 is 4 March.
    DayFirst,
}

/// Direction in which a date without a year, or a weekday, is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Coming,
    Passed,
}

/// Day, or instant on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub date: Date,
    pub time: Option<Time>,
    pub instant: Option<Timestamp>,
}

/// Result of a resolution: one point, or several of which the user has to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    pub points: Vec<Point>,
    pub question: Option<String>,
    pub notes: Vec<String>,
    /// True if the words themselves speak of the past.
    pub is_said_past: bool,
}

impl Now {
    /// Makes the present of a zone.
    pub fn new(instant: Timestamp, zone: TimeZone, order: Option<Order>) -> Self {
        let local = zone.to_datetime(instant);
        Self { instant, zone, local, order }
    }

    /// Current day.
    pub fn today(&self) -> Date {
        self.local.date()
    }

    /// Makes a point of a local date and time. A skipped time moves forward; of a repeated one, the first
    /// counts.
    pub fn point(&self, date: Date, time: Option<Time>) -> (Option<Point>, Option<String>) {
        let Some(time) = time else { return (Some(Point { date, time: None, instant: None }), None) };
        let local = date.to_datetime(time);
        let found = self.zone.to_ambiguous_timestamp(local);
        let Ok(instant) = found.compatible() else { return (None, None) };
        let shown = self.zone.to_datetime(instant);
        let note = match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => Some(format!(
                "{} does not exist on {}, as clocks go forward: {} is used.",
                time_words(time),
                date_words(date, self.today()),
                time_words(shown.time())
            )),
            AmbiguousOffset::Fold { .. } => Some(format!(
                "{} comes twice on {}, as clocks go back: the first one is used.",
                time_words(time),
                date_words(date, self.today())
            )),
        };
        (Some(Point { date: shown.date(), time: Some(shown.time()), instant: Some(instant) }), note)
    }

    fn at_instant(&self, instant: Timestamp) -> Point {
        let local = self.zone.to_datetime(instant);
        Point { date: local.date(), time: Some(local.time()), instant: Some(instant) }
    }
}

impl Point {
    /// Formats the point as RFC 3339 with the user's offset, or as a plain date.
    pub fn to_text(self, now: &Now) -> String {
        match self.instant {
            None => self.date.to_string(),
            Some(instant) => {
                // Local mean time has seconds in its offset; RFC 3339 allows only minutes.
                let minutes = now.zone.to_offset(instant).seconds() / 60;
                let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
                instant.display_with_offset(offset).to_string()
            }
        }
    }

    /// True if the point, or the whole day, has passed.
    pub fn has_passed(self, now: &Now) -> bool {
        match self.instant {
            Some(instant) => instant <= now.instant,
            None => self.date < now.today(),
        }
    }
}

/// Hour of a part of the day.
pub fn hour_of(part: Part, shade: Shade) -> i8 {
    match (part, shade) {
        (Part::Morning, Shade::Early) => 7,
        (Part::Morning, Shade::Plain) => 9,
        (Part::Morning, Shade::Late) => 11,
        (Part::Afternoon, Shade::Early) => 13,
        (Part::Afternoon, Shade::Plain) => 15,
        (Part::Afternoon, Shade::Late) => 17,
        (Part::Evening, Shade::Early) => 17,
        (Part::Evening, Shade::Plain) => 18,
        (Part::Evening, Shade::Late) => 21,
        (Part::Night, Shade::Late) => 22,
        (Part::Night, _) => 20,
    }
}

/// Time of day of a point, and the number of days after the one that was said.
fn time_of_day(when: &When) -> Option<(Time, i32)> {
    let part = when.part.map(|(part, _)| part);
    match (when.clock, when.part) {
        (Some(clock), _) => {
            let (hour, minute, second, is_next_day) = clock.resolve(part);
            let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
            Some((time, i32::from(is_next_day)))
        }
        (None, Some((part, shade))) => Time::new(hour_of(part, shade), 0, 0, 0).ok().map(|time| (time, 0)),
        (None, None) => None,
    }
}

/// Resolves a point in time. Nothing is left if there is no such day.
pub fn resolve(when: &When, now: &Now, aim: Aim) -> Resolved {
    if let Some(amount) = when.offset.filter(|amount| !amount.is_of_days()) {
        return from_now(amount, now);
    }
    let time = time_of_day(when);
    let day = match (&when.day, when.offset) {
        (Some(day), _) => Some(day.clone()),
        (None, Some(amount)) => Some(Day::After(amount, Box::new(Day::FromToday(0)))),
        (None, None) => None,
    };
    match (day, time) {
        (Some(day), time) => on_day(&day, time, when, now, aim),
        (None, Some((time, _))) => next_time(time, now, aim),
        (None, None) => Resolved::default(),
    }
}

/// Adds hours, minutes and seconds to the instant, after days and months to the day.
fn from_now(amount: Amount, now: &Now) -> Resolved {
    let whole = Amount { seconds: 0, ..amount };
    let begin = if whole == Amount::default() {
        Some(now.instant)
    } else {
        let moved = shifted(now.today(), whole);
        moved.and_then(|date| now.zone.to_timestamp(date.to_datetime(now.local.time())).ok())
    };
    let instant = begin
        .and_then(|instant| instant.checked_add(SignedDuration::from_secs(amount.seconds)).ok())
        .and_then(|instant| Timestamp::from_second(instant.as_second()).ok());
    let points: Vec<Point> = instant.map(|instant| now.at_instant(instant)).into_iter().collect();
    Resolved { is_said_past: points.iter().any(|point| point.has_passed(now)), points, ..Resolved::default() }
}

/// Resolves a time without a day: its next occurrence, or its last one.
fn next_time(time: Time, now: &Now, aim: Aim) -> Resolved {
    let days = match aim {
        Aim::Coming => 0..=2,
        Aim::Passed => -2..=0,
    };
    let mut candidates =
        days.filter_map(|days| add_days(now.today(), days)).map(|date| now.point(date, Some(time)));
    let fits = |(point, _): &(Option<Point>, Option<String>)| {
        point.is_some_and(|point| point.has_passed(now) == (aim == Aim::Passed))
    };
    let found = match aim {
        Aim::Coming => candidates.find(fits),
        Aim::Passed => candidates.rfind(fits),
    };
    let (point, note) = found.unwrap_or_default();
    Resolved { points: point.into_iter().collect(), notes: note.into_iter().collect(), ..Resolved::default() }
}

/// Resolves a day with or without a time.
fn on_day(day: &Day, time: Option<(Time, i32)>, when: &When, now: &Now, aim: Aim) -> Resolved {
    let found = dates(day, now, aim);
    let mut resolved = Resolved { question: found.question, notes: found.notes, ..Resolved::default() };
    resolved.is_said_past = is_in_past_by_its_words(day);
    let is_today = *day == Day::FromToday(0);
    let is_midnight = is_today && when.clock.is_some_and(|clock| clock.resolve(None) == (0, 0, 0, false));
    for date in found.options {
        let (time, next_days) = match time {
            Some((time, days)) => (Some(time), days),
            None => (None, 0),
        };
        // "tonight at 1" is after midnight, unless it is after midnight already.
        let is_night_already = is_today
            && next_days == 1
            && time.is_some_and(|time| time > now.local.time())
            && now.local.hour() < 6;
        let days = if is_night_already { 0 } else { next_days.max(i32::from(is_midnight)) };
        let (point, note) = add_days(date, days).map(|date| now.point(date, time)).unwrap_or_default();
        resolved.points.extend(point);
        resolved.notes.extend(note);
    }
    let has_passed = !resolved.points.is_empty() && resolved.points.iter().all(|point| point.has_passed(now));
    if has_passed && !resolved.is_said_past && aim == Aim::Coming {
        return passed(day, &resolved.points, now);
    }
    // Of two readings, one that has passed is none.
    if resolved.points.len() > 1 && aim == Aim::Coming && !resolved.is_said_past && !found.is_doubtful {
        resolved.points.retain(|point| !point.has_passed(now));
    }
    if resolved.points.len() <= 1 && !found.is_doubtful {
        resolved.question = None;
    }
    resolved
}

/// Asks about a point that has passed, with the same time on the next days that it could mean.
fn passed(day: &Day, points: &[Point], now: &Now) -> Resolved {
    let step = match day {
        Day::Weekday(..) => 7,
        _ => 1,
    };
    let mut options: Vec<Point> = points.to_vec();
    for point in points {
        let later = (1..=8).filter_map(|steps| {
            let date = add_days(point.date, step * steps)?;
            now.point(date, point.time).0.filter(|point| !point.has_passed(now))
        });
        options.extend(later.take(1));
    }
    let shown = points.first().map(|point| point_words(*point, now)).unwrap_or_default();
    options.reverse();
    Resolved {
        question: Some(format!("{shown} has passed. Which one do you mean?")),
        points: options,
        ..Resolved::default()
    }
}

/// Regions where people write the month first, also where the year comes before it.
const MONTH_FIRST: [&str; 18] = [
    "US", "PH", "PR", "GU", "FM", "MH", "PW", "VI", "AS", "MP", "UM", "CN", "JP", "KR", "TW", "HU", "LT",
    "MN",
];

/// Regions where people write both.
const BOTH: [&str; 2] = ["CA", "ZA"];

impl Order {
    /// Order that a locale uses, such as `en-US`; a language alone does not say.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let mut subtags = locale.split(['-', '_']).skip(1);
        let is_region = |tag: &&str| tag.len() == 2 && tag.bytes().all(|c| c.is_ascii_alphabetic());
        let region = subtags.find(is_region)?.to_ascii_uppercase();
        match region.as_str() {
            region if BOTH.contains(&region) => None,
            region if MONTH_FIRST.contains(&region) => Some(Self::MonthFirst),
            _ => Some(Self::DayFirst),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_locale_says_whether_the_month_comes_first() {
        for (locale, order) in [
            ("en-US", Some(Order::MonthFirst)),
            ("en_us", Some(Order::MonthFirst)),
            ("ja-JP", Some(Order::MonthFirst)),
            ("en-GB", Some(Order::DayFirst)),
            ("zh-Hant-HK", Some(Order::DayFirst)),
            ("en-CA", None),
            ("en", None),
            ("de", None),
            ("", None),
        ] {
            assert_eq!(Order::of_locale(locale), order, "{locale}");
        }
    }
}
