//! Days: "tomorrow", "friday next week", "the 17th", "Feb 17", "4/3", "last friday in october".

mod digits;
mod months;
mod names;
mod periods;
mod weekdays;

use jiff::civil::Weekday;

use crate::clock::{Lead, clock, clock_after_date, follows_a_time};
use crate::number::Amount;
use crate::text::Text;
use crate::words::{Part, Unit};

use digits::numeric;
pub use months::LONGEST;
use months::{named_month, nth_weekday, of_month};
use names::is_name;
use periods::{edge, period, weekend};
use weekdays::weekday;

/// Day, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    /// Distance to today.
    FromToday(i32),
    /// Next or last working day.
    Working(i32),
    /// The next one, never today; or one of the weeks around this one; or the nth from now.
    Weekday(Weekday, Which),
    /// "the 17th", "the 20th of next month", "Thu 15th".
    OfMonth { day: i8, month: Option<i32>, weekday: Option<Weekday> },
    /// Date with a month. Without a year, the next such date.
    Date { year: Option<i16>, month: i8, day: i8, weekday: Option<Weekday> },
    /// "4/3": month first or day first.
    Digits { first: u32, second: u32, year: Option<i16>, weekday: Option<Weekday> },
    /// "the first monday of next month"; -1 is the last one.
    NthWeekday { nth: i8, weekday: Weekday, month: Month },
    /// First, middle or last day of a period around now.
    Edge { unit: Unit, distance: i32, place: Place },
    /// First, middle or last day of a month.
    EdgeOfMonth { month: Month, place: Place },
    /// Some time after or before another day.
    After(Amount, Box<Day>),
}

/// Day of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    First,
    /// Wednesday of a week, the 15th of a month.
    Middle,
    Last,
}

/// Which one of all Fridays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// "friday", "this friday": the next one.
    Coming,
    /// "next friday": asks while this week's is still to come.
    Next,
    /// "last friday".
    Last,
    /// "friday next week": distance in weeks.
    InWeek(i32),
    /// "three fridays from now", "two fridays ago".
    Nth(i32),
}

/// Month around now, or a named one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Month {
    Relative(i32),
    Named { month: i8, year: Option<i16> },
}

/// Words before a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayLead {
    None,
    /// None, but a time stands beside it: "5pm sat".
    Beside,
    /// "on", "by", "until", "for": a number may be a day of the month.
    On,
    /// The same beside a time, or at the beginning of the sentence: an ordinal is a day, whatever follows.
    Sure,
}

impl DayLead {
    /// True if a word announces a date.
    fn is_on(self) -> bool {
        matches!(self, Self::On | Self::Sure)
    }
}

/// Day with its end, and the part of the day that some phrases have in their middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub day: Day,
    pub part: Option<Part>,
    pub end: usize,
}

impl Found {
    fn new(day: Day, end: usize) -> Option<Self> {
        Some(Self { day, part: None, end })
    }
}

/// Returns a day and its end: the longest phrase that begins here.
pub fn day(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    if !text.begins(at) || text.is_opaque(at) || text.is_sign(at) {
        return None;
    }
    let rules = [relative, weekday, nth_weekday, edge, weekend, period, named_month, numeric, of_month];
    rules
        .iter()
        .filter_map(|rule| rule(text, at, lead))
        .filter(|found| text.ends(found.end) || is_before_time(text, found))
        .max_by_key(|found| found.end)
}

/// True if a time is glued to a date with a year, as in `05/31/2024-14:15`.
fn is_before_time(text: &Text, found: &Found) -> bool {
    let has_year = matches!(found.day, Day::Digits { year: Some(_), .. } | Day::Date { year: Some(_), .. });
    has_year && text.is(found.end, &[":", "-", "t"]) && clock_after_date(text, found.end + 1).is_some()
}

/// True if what follows can stand behind a day: nothing that an ordinal or a fraction would count.
fn follows_a_day(text: &Text, at: usize) -> bool {
    follows_a_time(text, at)
        || text.is(at, &["around", "@", "early", "late"])
        || clock(text, at, Lead::Beside).is_some()
}

/// "today", "the day after tomorrow", "the day before yesterday", "the next day", "next weekday".
fn relative(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin = if text.at(at) == "the" { at + 1 } else { at };
    if text.at(begin) == "day" {
        let base = text.relative_day(begin + 2);
        match (text.at(begin + 1), base) {
            ("after", Some(1)) => return Found::new(Day::FromToday(2), begin + 3),
            ("before", Some(-1)) => return Found::new(Day::FromToday(-2), begin + 3),
            _ => {}
        }
    }
    if text.is(begin, &["next", "following"]) {
        match text.at(begin + 1) {
            "day" if follows_a_time(text, begin + 2) => return Found::new(Day::FromToday(1), begin + 2),
            "weekday" | "workday" => return Found::new(Day::Working(1), begin + 2),
            "business" | "working" if text.at(begin + 2) == "day" => {
                return Found::new(Day::Working(1), begin + 3);
            }
            _ => {}
        }
    }
    if text.is(begin, &["last", "previous"]) && text.is(begin + 1, &["weekday", "workday"]) {
        return Found::new(Day::Working(-1), begin + 2);
    }
    // "2moro" and "2day" are a digit and a word.
    if text.at(at) == "2" && text.is_glued(at + 1) {
        match text.at(at + 1) {
            "day" | "dy" => return Found::new(Day::FromToday(0), at + 2),
            "moro" | "morrow" | "mrw" | "mro" | "morow" => return Found::new(Day::FromToday(1), at + 2),
            _ => {}
        }
    }
    // "tomorrow week"
    if let Some(days) =
        text.relative_day(at).filter(|_| text.at(at + 1) == "week" && follows_a_time(text, at + 2))
    {
        return Found::new(Day::FromToday(days + 7), at + 2);
    }
    text.relative_day(at)
        .filter(|_| !is_name(text, at))
        .and_then(|days| Found::new(Day::FromToday(days), at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str, lead: DayLead) -> Option<Day> {
        let text = Text::new(words, &[]);
        day(&text, 0, lead).filter(|found| found.end == text.len()).map(|found| found.day)
    }

    fn date(year: Option<i16>, month: i8, day: i8) -> Option<Day> {
        Some(Day::Date { year, month, day, weekday: None })
    }

    #[test]
    fn dates_are_read_in_all_orders() {
        for words in [
            "2016-04-21",
            "21-APR-16",
            "20160421",
            "2016/4/21",
            "2016.04.21",
            "April 21, 2016",
            "21st April 2016",
            "21 april '16",
            "apr. 21 2016",
            "2016/Apr/21",
            "April-2016-21",
            "21-2016-April",
            "april twenty first 2016",
            "the 21st of april, 2016",
            "twenty first of april twenty sixteen",
        ] {
            assert_eq!(read(words, DayLead::None), date(Some(2016), 4, 21), "{words}");
        }
        for words in ["Feb 17", "17 february", "feb17", "Feb. 17th", "the 17th of feb", "february seventeen"]
        {
            assert_eq!(read(words, DayLead::None), date(None, 2, 17), "{words}");
        }
    }

    #[test]
    fn what_only_looks_like_a_date_is_none() {
        for words in [
            "1-2-3",
            "20-30-12",
            "1.10.30",
            "2014-08-32",
            "2014/22/29",
            "24/7",
            "8/1.5",
            "133-03-03-2020",
            "may",
            "sun cream",
            "mon ami",
            "march on",
            "may smith",
            "5th wave",
            "second draft",
            "3.4",
            "4-22",
            "friday's",
            "black friday",
            "june 31",
            "2 weeks",
        ] {
            let text = Text::new(words, &[]);
            assert_eq!(day(&text, 0, DayLead::None), None, "{words}");
        }
    }
}
