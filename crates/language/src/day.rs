//! Days: "tomorrow", "friday next week", "the 17th", "Feb 17", "4/3", "last friday in october".

use jiff::civil::Weekday;

use crate::clock::{clock_after_date, follows_a_time, meridiem};
use crate::number::{
    Amount, below_hundred, cardinal, digits, full_year, ordinal, spelled_ordinal, unit, year,
};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::{Part, Unit};

/// Day, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    /// Distance to today.
    FromToday(i32),
    /// Next or last working day.
    BusinessDay(i32),
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
    /// First day of a period around now, or its last one.
    Edge { unit: Unit, distance: i32, is_end: bool },
    /// First day of a month, or its last one.
    EdgeOfMonth { month: Month, is_end: bool },
    /// Some time after or before another day.
    After(Amount, Box<Day>),
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
    /// "on", "by", "until", "for": a number may be a day of the month.
    On,
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
            "weekday" | "workday" => return Found::new(Day::BusinessDay(1), begin + 2),
            "business" | "working" if text.at(begin + 2) == "day" => {
                return Found::new(Day::BusinessDay(1), begin + 3);
            }
            _ => {}
        }
    }
    if text.is(begin, &["last", "previous"]) && text.is(begin + 1, &["weekday", "workday"]) {
        return Found::new(Day::BusinessDay(-1), begin + 2);
    }
    // "2moro" and "2day" are a digit and a word.
    if text.at(at) == "2" && text.is_glued(at + 1) {
        match text.at(at + 1) {
            "day" | "dy" => return Found::new(Day::FromToday(0), at + 2),
            "moro" | "morrow" | "mrw" | "mro" | "morow" => return Found::new(Day::FromToday(1), at + 2),
            _ => {}
        }
    }
    text.relative_day(at)
        .filter(|_| !is_name(text, at))
        .and_then(|days| Found::new(Day::FromToday(days), at + 1))
}

/// Names of things that have a day in them.
static NAMES: Phrases = Phrases::new(
    "black friday, good friday, casual friday, freaky friday, cyber monday, manic monday, blue monday, \
     easter monday, easter sunday, palm sunday, super tuesday, taco tuesday, shrove tuesday, giving tuesday, \
     ruby tuesday, ash wednesday, maundy thursday, small saturday, super sunday, bloody sunday, usa today, \
     edge of tomorrow, holy saturday, man friday, sunday school, sunday roast, sunday times, sunday best, \
     saturday night live, monday night football, friday night lights, today show, tonight show, \
     tomorrow never dies, saturday night fever",
);

/// True if a day belongs to a longer name.
fn is_name(text: &Text, at: usize) -> bool {
    let is_film = text.phrase(at, "friday the 13th").is_some_and(|end| !follows_a_time(text, end));
    is_film || (at.saturating_sub(2)..=at).any(|begin| NAMES.end(text, begin).is_some_and(|end| end > at))
}

/// "this", "next", "last" before a weekday, a week or a month.
fn modifier(text: &Text, at: usize) -> Option<(Modifier, usize)> {
    let at = if text.at(at) == "the" { at + 1 } else { at };
    let found = match text.at(at) {
        "this" if text.is(at + 1, &["coming", "upcoming", "next"]) => (Modifier::This, at + 2),
        "this" if text.is(at + 1, &["past", "last"]) => (Modifier::Last, at + 2),
        "this" | "coming" | "upcoming" | "current" | "ths" => (Modifier::This, at + 1),
        "next" | "nxt" | "following" | "nex" => (Modifier::Next, at + 1),
        "last" | "past" | "previous" | "lst" => (Modifier::Last, at + 1),
        _ => return None,
    };
    Some(found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    This,
    Next,
    Last,
}

impl Modifier {
    fn distance(self) -> i32 {
        match self {
            Self::This => 0,
            Self::Next => 1,
            Self::Last => -1,
        }
    }
}

/// Returns "next week", "of the next week", "from last week" as a distance in weeks.
fn week(text: &Text, at: usize) -> Option<(i32, usize)> {
    let begin = if text.is(at, &["of", "in", "from", "on", "for", "during"]) { at + 1 } else { at };
    let (modifier, end) = modifier(text, begin)?;
    let is_week = text.is(end, &["week", "weeks", "week's", "wk"]) && !is_weekend(text, end);
    is_week.then_some((modifier.distance(), end + 1))
}

fn is_weekend(text: &Text, at: usize) -> bool {
    weekend_word(text, at).is_some()
}

/// "friday", "next friday", "friday next week", "Fri, Jul 18", "tuesday the 4th", "friday week".
fn weekday(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    if let Some((distance, end)) =
        week(text, at).filter(|_| !text.is(at, &["of", "in", "from", "for", "during"]))
    {
        // "next week friday", "last week's sunday", "previous week - monday", "next week on monday"
        let next = if text.is(end, &["-", ",", "on"]) { end + 1 } else { end };
        let day = text.weekday(next).filter(|word| !word.is_plural)?;
        return Found::new(Day::Weekday(day.weekday, Which::InWeek(distance)), next + 1);
    }
    let (modifier, name) = match modifier(text, at) {
        Some((modifier, end)) => (Some(modifier), end),
        None => (None, if text.at(at) == "the" { at + 1 } else { at }),
    };
    let word = text.weekday(name).filter(|word| !word.is_plural)?;
    if is_name(text, name) || (modifier.is_none() && name > at) {
        return None;
    }
    let is_said = modifier.is_some() || lead == DayLead::On;
    let mut end = name + 1;
    if text.at(end) == "." && text.is_glued(end) && text.at(name).len() < 6 && end + 1 < text.len() {
        end += 1;
    }
    if let Some(found) = weekday_with_date(text, end, word.weekday) {
        return Some(found);
    }
    let which = match modifier {
        None | Some(Modifier::This) => Which::Coming,
        Some(Modifier::Next) => Which::Next,
        Some(Modifier::Last) => Which::Last,
    };
    let plain = Day::Weekday(word.weekday, which);
    if modifier.is_none() {
        let after = if text.at(end) == "," { end + 1 } else { end };
        let part = text.part(after);
        let middle = if part.is_some() { after + 1 } else { after };
        // "wednesday evening next week", "tuesday, next week", "monday of last week"
        if let Some((distance, after)) = week(text, middle) {
            let day = Day::Weekday(word.weekday, Which::InWeek(distance));
            return Some(Found { day, part, end: after });
        }
        if text.phrase(end, "after next").is_some() {
            return Found::new(Day::Weekday(word.weekday, Which::Nth(2)), end + 2);
        }
        if text.is(end, &["week"]) && follows_a_time(text, end + 1) {
            let week = Amount::of(1, Unit::Week);
            return Found::new(Day::After(week, Box::new(plain)), end + 1);
        }
        if let Some(found) = weekday_after(text, end, word.weekday) {
            return Some(found);
        }
        if word.is_ambiguous && !is_said && !stands_alone(text, name) {
            return None;
        }
    }
    // A possessive or a plural belongs to what follows.
    Found::new(plain, end)
}

/// "monday two weeks from now", "saturday 3 days from now".
fn weekday_after(text: &Text, at: usize, weekday: Weekday) -> Option<Found> {
    let begin = if text.at(at) == "in" { at + 1 } else { at };
    let (count, next) = cardinal(text, begin)?;
    let (unit, next) = unit(text, next)?;
    let end = text.any_phrase(next, &["from now", "from today"]).or((begin > at).then_some(next))?;
    let count = i32::try_from(count).ok().filter(|count| *count < 1000)?;
    match unit {
        Unit::Week => Found::new(Day::Weekday(weekday, Which::InWeek(count)), end),
        Unit::Day => Found::new(Day::FromToday(count), end),
        _ => None,
    }
}

/// True if an ambiguous abbreviation can only be a day: followed by a time or a date, or the last word after a
/// word that needs none.
fn stands_alone(text: &Text, at: usize) -> bool {
    static NEEDS_A_NOUN: Phrases = Phrases::new(
        "the, a, an, my, your, his, her, our, their, in, of, under, some, more, get, got, is, was, be, and, \
         or, with, to, has, have, just, newly, no, any, he, she, it, i, we, they, you, who, cat, dog, up, \
         down, hot, for",
    );
    let next = if text.is(at + 1, &[",", "at", "@"]) { at + 2 } else { at + 1 };
    let is_followed = text.is_number(next)
        || text.part(next).is_some()
        || text.month(next).is_some()
        || text.is(next, &["noon", "midnight", "midday"]);
    let is_last =
        at + 1 >= text.len() || (text.is_sign(at + 1) && !text.is_glued(at + 2)) || text.at(at + 1) == "#";
    is_followed || (is_last && !NEEDS_A_NOUN.has(text.at(at.wrapping_sub(1))) && (at > 0 || text.len() == 1))
}

/// "Fri, Jul 18", "tuesday the 4th", "Thu 15th", "sunday 31", "Friday-Jun-15", "friday (jun-15)", "friday 7.6".
fn weekday_with_date(text: &Text, at: usize, weekday: Weekday) -> Option<Found> {
    let mut begin = at;
    while text.is(begin, &[",", "-", "(", "the", "on", "."]) && begin < at + 2 {
        begin += 1;
    }
    let is_bracketed = begin > at && text.at(begin - 1) == "(";
    let close = |found: Found| Found {
        end: if is_bracketed && text.at(found.end) == ")" { found.end + 1 } else { found.end },
        ..found
    };
    if let Some(found) = named_month(text, begin, DayLead::On).or_else(|| numeric(text, begin, DayLead::On)) {
        let day = match found.day {
            Day::Date { year, month, day, .. } => Day::Date { year, month, day, weekday: Some(weekday) },
            Day::Digits { first, second, year, .. } => {
                Day::Digits { first, second, year, weekday: Some(weekday) }
            }
            other => other,
        };
        return Some(close(Found { day, ..found }));
    }
    let (number, end) = ordinal(text, begin).or_else(|| {
        // "sunday 31!", but not "friday 7pm", "friday 3:20" or "friday 2 hours".
        let (number, end) = digits(text, begin).filter(|_| begin == at && text.at(begin).len() == 2)?;
        let is_other = meridiem(text, end).is_some()
            || (text.is(end, &[":", ".", "/", "h", "'"])
                && text.is_glued(end)
                && text.is_glued(end + 1)
                && end + 1 < text.len())
            || unit(text, end).is_some();
        (!is_other && number > 12 && follows_a_time(text, end)).then_some((number, end))
    })?;
    let day = i8::try_from(number).ok().filter(|day| (1..=31).contains(day))?;
    if !text.ends(end) {
        return None;
    }
    // "friday the 4th of july" was read above, with its month.
    if let Some((month, after)) = relative_month(text, end) {
        return Found::new(Day::OfMonth { day, month: Some(month), weekday: Some(weekday) }, after)
            .map(close);
    }
    Found::new(Day::OfMonth { day, month: None, weekday: Some(weekday) }, end).map(close)
}

/// Returns "of next month", "this month" as a distance in months.
fn relative_month(text: &Text, at: usize) -> Option<(i32, usize)> {
    let begin = if text.is(at, &["of", "in"]) { at + 1 } else { at };
    let (modifier, end) = match modifier(text, begin) {
        Some(found) => found,
        None if begin > at && text.is(begin, &["the", "each"]) => (Modifier::This, begin + 1),
        None => return None,
    };
    (text.is(end, &["month", "mth"]) && text.at(begin) != "each").then_some((modifier.distance(), end + 1))
}

/// Returns "of next month", "in october", "of october 2014".
fn month_of(text: &Text, at: usize) -> Option<(Month, usize)> {
    if let Some((distance, end)) = relative_month(text, at) {
        return Some((Month::Relative(distance), end));
    }
    let begin = if text.is(at, &["of", "in"]) { at + 1 } else { return None };
    let begin = if text.is(begin, &["this", "next"]) { begin + 1 } else { begin };
    let month = text.month(begin)?;
    let next = if text.at(begin + 1) == "," { begin + 2 } else { begin + 1 };
    match year(text, next) {
        Some((year, end)) => Some((Month::Named { month, year: Some(year) }, end)),
        None => Some((Month::Named { month, year: None }, begin + 1)),
    }
}

/// "the first monday of next month", "last friday in october", "last day of october 2015", "last weekend of july".
fn nth_weekday(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin = if text.at(at) == "the" { at + 1 } else { at };
    let (nth, name) = match text.at(begin) {
        "last" => (-1, begin + 1),
        _ => ordinal(text, begin)
            .filter(|(nth, _)| (1..=5).contains(nth))
            .map(|(nth, end)| (nth as i8, end))?,
    };
    if text.at(name) == "day" {
        let (month, end) = month_of(text, name + 1)?;
        return match nth {
            -1 => Found::new(Day::EdgeOfMonth { month, is_end: true }, end),
            1 => Found::new(Day::EdgeOfMonth { month, is_end: false }, end),
            _ => None,
        };
    }
    let (weekday, next) = match weekend_word(text, name) {
        Some(end) => (Weekday::Saturday, end),
        None => (text.weekday(name).filter(|word| !word.is_plural)?.weekday, name + 1),
    };
    let part = text.part(next);
    let (month, end) = month_of(text, if part.is_some() { next + 1 } else { next })?;
    Some(Found { day: Day::NthWeekday { nth, weekday, month }, part, end })
}

/// "end of month", "eom", "the end of next week", "beginning of march", "end of day".
fn edge(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin = if text.at(at) == "the" { at + 1 } else { at };
    let end_of = |unit| Found::new(Day::Edge { unit, distance: 0, is_end: true }, begin + 1);
    match text.at(begin) {
        "eod" | "cob" => return end_of(Unit::Day),
        "eow" => return end_of(Unit::Week),
        "eom" => return end_of(Unit::Month),
        "eoq" => return end_of(Unit::Quarter),
        "eoy" => return end_of(Unit::Year),
        "month"
            if text.is(begin + 1, &["end", "-"])
                && text.is(begin + 1, &["end"])
                && follows_a_time(text, begin + 2) =>
        {
            return Found::new(Day::Edge { unit: Unit::Month, distance: 0, is_end: true }, begin + 2);
        }
        _ => {}
    }
    if let Some(end) = text.any_phrase(begin, &["close of business", "end of business", "end of play"]) {
        return Found::new(Day::Edge { unit: Unit::Day, distance: 0, is_end: true }, end);
    }
    let is_end = match text.at(begin) {
        "end" | "close" => true,
        "start" | "beginning" => false,
        _ => return None,
    };
    if text.at(begin + 1) == "of" {
        if let Some(days) = text.relative_day(begin + 2) {
            return Found::new(Day::FromToday(days), begin + 3);
        }
        if let Some((month, end)) = month_of(text, begin + 1) {
            return Found::new(Day::EdgeOfMonth { month, is_end }, end);
        }
    }
    let of = if text.at(begin + 1) == "of" { begin + 2 } else { return None };
    let (distance, name) = match modifier(text, of) {
        Some((modifier, end)) => (modifier.distance(), end),
        None => (0, if text.at(of) == "the" { of + 1 } else { of }),
    };
    let unit = text.unit(name).filter(|_| text.at(name).len() >= 3 && !is_weekend(text, name))?;
    let is_period = matches!(unit, Unit::Day | Unit::Week | Unit::Month | Unit::Quarter | Unit::Year);
    is_period.then_some(())?;
    Found::new(Day::Edge { unit, distance, is_end }, name + 1)
}

/// Returns the end of "weekend" in its spellings.
fn weekend_word(text: &Text, at: usize) -> Option<usize> {
    match text.at(at) {
        "weekend" | "wkend" | "wknd" | "weeknd" | "wkd" => Some(at + 1),
        "week" if text.at(at + 1) == "-" && text.at(at + 2) == "end" => Some(at + 3),
        "week" if text.at(at + 1) == "end" => Some(at + 2),
        _ => None,
    }
}

/// "this weekend", "next weekend", "the weekend", "dinner with mom weekend".
fn weekend(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    let (distance, name, is_said) = match modifier(text, at) {
        Some((modifier, end)) => (modifier.distance(), end, true),
        None if text.at(at) == "the" => (0, at + 1, false),
        None => (0, at, false),
    };
    let end = weekend_word(text, name)?;
    let is_day = is_said || lead == DayLead::On || follows_a_time(text, end);
    is_day.then_some(())?;
    Found::new(Day::Weekday(Weekday::Saturday, Which::InWeek(distance)), end)
}

/// "next week", "this month", "next year": the first day, or the last one of the current period.
fn period(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let (modifier, name) = modifier(text, at)?;
    let unit = text.unit(name).filter(|_| text.at(name).len() > 1 && !is_weekend(text, name))?;
    let is_period = matches!(unit, Unit::Week | Unit::Month | Unit::Quarter | Unit::Year);
    // "past week" and "last month" are spans; as a day only the coming ones make sense.
    (is_period && modifier != Modifier::Last && !text.at(name).ends_with("'s")).then_some(())?;
    let is_end = modifier == Modifier::This;
    Found::new(Day::Edge { unit, distance: modifier.distance(), is_end }, name + 1)
}

/// Most days that a month can have.
pub const LONGEST: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// "Feb 17", "17 February 2026", "the 2nd of march", "mar4", "May eighth, 2010", "next 6th of April".
fn named_month(text: &Text, at: usize, _: DayLead) -> Option<Found> {
    let begin =
        if text.is(at, &["this", "next", "coming"]) && !text.is(at + 1, &["day"]) { at + 1 } else { at };
    let begin = if text.at(begin) == "the" { begin + 1 } else { begin };
    let (month, day, end) = month_first(text, begin).or_else(|| day_first(text, begin))?;
    let day = i8::try_from(day).ok().filter(|day| *day >= 1 && *day <= LONGEST[month as usize - 1])?;
    let (last, end) = last_of_range(text, end).map_or((day, end), |(last, end)| (last, end));
    let (year, end) = year_after(text, end).map_or((None, end), |(year, end)| (Some(year), end));
    // "February 20 - 29, 2022" is no date, as one of its ends is none.
    let exists = |day| jiff::civil::Date::new(year.unwrap_or(2000), month, day).is_ok();
    if last != day && !(exists(day) && exists(last) && day < last) {
        return None;
    }
    if counts_something(text, end) && year.is_none() {
        return None;
    }
    Found::new(Day::Date { year, month, day, weekday: None }, end)
}

/// Returns the last day of a range, which begins on the date: "February 20 - 28".
fn last_of_range(text: &Text, at: usize) -> Option<(i8, usize)> {
    let next = text.is(at, &["-", "–"]).then_some(at + 1)?;
    let (day, end) =
        ordinal(text, next).or_else(|| digits(text, next).filter(|_| text.at(next).len() <= 2))?;
    let is_other =
        meridiem(text, end).is_some() || (text.is(end, &[":", "-", "/", "."]) && text.is_glued(end));
    i8::try_from(day).ok().filter(|day| (1..=31).contains(day) && !is_other).map(|day| (day, end))
}

/// True if a unit that is no time follows, as in "march 5 miles".
fn counts_something(text: &Text, at: usize) -> bool {
    text.is(
        at,
        &[
            "miles", "mile", "km", "kms", "people", "times", "percent", "%", "steps", "pages", "copies",
            "dollars", "euros",
        ],
    )
}

fn month_first(text: &Text, at: usize) -> Option<(i8, u32, usize)> {
    let month = text.month(at)?;
    let mut next = at + 1;
    while text.is(next, &[".", ",", "-", "/", "the"]) && next < at + 3 {
        next += 1;
    }
    let is_glued_number = text.is_number(next) && text.is_glued(next) && next == at + 1;
    let (day, end) = if is_glued_number {
        let day = text.at(next).parse().ok().filter(|_| text.at(next).len() <= 2)?;
        (day, if text.is(next + 1, &["st", "nd", "rd", "th"]) { next + 2 } else { next + 1 })
    } else {
        ordinal(text, next).or_else(|| digits(text, next).filter(|_| text.at(next).len() <= 2)).or_else(
            || {
                // "march eighteen"; "may one" is no date.
                below_hundred(text, next).filter(|(day, _)| month != 5 || *day > 12)
            },
        )?
    };
    let is_time = meridiem(text, end).is_some()
        || (text.is(end, &[":", "h"]) && text.is_glued(end) && text.is_number(end + 1))
        || text.is(end, &["o'clock", "oclock"]);
    (!is_time).then_some((month, day, end))
}

fn day_first(text: &Text, at: usize) -> Option<(i8, u32, usize)> {
    let spelled = |text: &Text, at| below_hundred(text, at).filter(|(day, _)| *day > 1);
    let (day, end, is_ordinal) = match ordinal(text, at) {
        Some((day, end)) => (day, end, true),
        None => {
            let (day, end) =
                digits(text, at).filter(|_| text.at(at).len() <= 2).or_else(|| spelled(text, at))?;
            (day, end, false)
        }
    };
    let mut next = end;
    while text.is(next, &["of", "-", "/", ".", ",", "the"]) && next < end + 2 {
        next += 1;
    }
    let month = text.month(next)?;
    // "5 may attend", "10 march on": words that are no month after a plain number.
    let is_word = matches!(text.at(next), "may" | "march" | "mar");
    let is_clear =
        is_ordinal || next > end || !is_word || follows_a_time(text, next + 1) || text.is_number(next + 1);
    // Glued on one side only: "4-mar" of "134-mar".
    let is_whole = !(text.is_glued(next) && next == end);
    (is_clear && is_whole).then_some((month, day, next + 1))
}

/// Returns the year after a day and a month: ", 2016", "-2012", "'16", "of 2017".
fn year_after(text: &Text, at: usize) -> Option<(i16, usize)> {
    let mut next = at;
    while text.is(next, &[",", ".", "-", "/", "of", "in"]) && next < at + 2 {
        next += 1;
    }
    if let Some((year, end)) = year(text, next).filter(|(_, end)| text.ends(*end)) {
        return Some((year, end));
    }
    // "21-APR-16": two digits only next to a dash or slash.
    let is_short =
        text.is(at, &["-", "/"]) && text.is_glued(at) && text.is_number(next) && text.at(next).len() == 2;
    digits(text, next).filter(|_| is_short && text.ends(next + 1)).map(|(year, end)| (full_year(year), end))
}

/// One group of a date with separators: digits or a month.
#[derive(Clone, Copy)]
enum Group {
    Number { value: u32, length: usize },
    Month(i8),
}

/// "2026-04-02", "4/25/2026", "25.12.2026", "20160416", "2012/Aug/10", "4/25", "4-22" after "on".
fn numeric(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    if let Some(found) = compact(text, at) {
        return Some(found);
    }
    let group = |at: usize| match text.month(at) {
        Some(month) => Some(Group::Month(month)),
        None => digits(text, at).map(|(value, _)| Group::Number { value, length: text.at(at).len() }),
    };
    let first = group(at)?;
    let (separator, second_at) = separator(text, at + 1)?;
    let second = group(second_at)?;
    let third = separator_after(text, second_at + 1, separator).and_then(|at| Some((group(at)?, at + 1)));
    if let Some((third, end)) = third {
        return three_groups(first, second, third, separator).and_then(|day| Found::new(day, end));
    }
    let (Group::Number { value: first, length: 1..=2 }, Group::Number { value: second, length: 1..=2 }) =
        (first, second)
    else {
        return None;
    };
    let end = second_at + 1;
    let fits = |month: u32, day: u32| {
        (1..=12).contains(&month) && day >= 1 && day <= LONGEST[month as usize - 1] as u32
    };
    if !(fits(first, second) || fits(second, first)) {
        return None;
    }
    // Dots and dashes need a word that announces a date: 4.22 may be a price, 4-22 a range.
    let is_said = lead == DayLead::On && (follows_a_time(text, end) || separator == '/');
    let is_date = match separator {
        '/' => is_said || is_date_by_itself(text, at, end, first, second),
        '.' | '-' => is_said,
        _ => false,
    };
    is_date.then_some(())?;
    Found::new(Day::Digits { first, second, year: None, weekday: None }, end)
}

/// True if "a/b" is a date without a word before it: not a fraction, a score or a name.
fn is_date_by_itself(text: &Text, at: usize, end: usize, first: u32, second: u32) -> bool {
    let is_name = matches!((first, second), (9, 11) | (24, 7) | (7, 11) | (20, 20));
    let is_fraction = first < second && matches!(second, 2 | 3 | 4 | 5 | 8);
    if follows_a_time(text, end) {
        return !((first, second) == (24, 7)) && !(is_fraction && at > 0 && text.is(at - 1, &["and"]));
    }
    // "4/25 dentist": at the beginning, before the words of a title.
    at == 0 && !is_name && !is_fraction && text.is_word(end)
}

/// Eight digits: "20160416".
fn compact(text: &Text, at: usize) -> Option<Found> {
    static NUMBERS: Phrases =
        Phrases::new("no, number, order, id, invoice, ticket, ref, account, code, #, phone, call, tel");
    let digits = text.at(at);
    if !text.is_number(at)
        || digits.len() != 8
        || NUMBERS.has(text.at(at.wrapping_sub(1)))
        || !text.ends(at + 1)
    {
        return None;
    }
    let (year, month, day) =
        (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    ymd(year, month, day).filter(|_| (1900..2200).contains(&year)).and_then(|day| Found::new(day, at + 1))
}

/// Date with a year, unless there is no such day.
fn ymd(year: u32, month: u32, day: u32) -> Option<Day> {
    let date =
        jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some(Day::Date { year: Some(date.year()), month: date.month(), day: date.day(), weekday: None })
}

/// Returns the separator between two groups. Only a slash may have spaces around it.
fn separator(text: &Text, at: usize) -> Option<(char, usize)> {
    let sign = text.at(at).chars().next()?;
    match sign {
        '/' if text.is_glued(at) == text.is_glued(at + 1) => Some((sign, at + 1)),
        '-' | '.' if text.is_glued(at) && text.is_glued(at + 1) => Some((sign, at + 1)),
        _ if text.is_number(at)
            && !text.is_glued(at)
            && text.at(at).len() == 2
            && text.at(at - 1).len() == 4 =>
        {
            Some((' ', at))
        }
        _ => None,
    }
}

fn separator_after(text: &Text, at: usize, first: char) -> Option<usize> {
    let sign = text.at(at).chars().next()?;
    let is_glued = text.is_glued(at) && text.is_glued(at + 1);
    match sign {
        _ if first == ' ' => {
            (text.is_number(at) && !text.is_glued(at) && text.at(at).len() == 2).then_some(at)
        }
        ',' if first == '/' && is_glued => Some(at + 1),
        _ if sign == first && (is_glued || first == '/') => Some(at + 1),
        _ => None,
    }
}

fn three_groups(first: Group, second: Group, third: Group, separator: char) -> Option<Day> {
    use Group::{Month as Name, Number as Num};
    let year_of = |value: u32, length: usize| match length {
        4 => Some(value),
        2 => u32::try_from(full_year(value)).ok(),
        _ => None,
    };
    match (first, second, third) {
        (Num { value: year, length: 4 }, Num { value: month, .. }, Num { value: day, length: 1..=2 }) => {
            ymd(year, month, day)
        }
        (
            Num { value: first, length: 1..=2 },
            Num { value: second, length: 1..=2 },
            Num { value, length },
        ) => {
            // "1.10.30" is a version.
            let year = year_of(value, length).filter(|_| length == 4 || separator != '.')?;
            let is_possible = ymd(year, first, second).or_else(|| ymd(year, second, first)).is_some();
            let year = i16::try_from(year).ok();
            is_possible.then_some(Day::Digits { first, second, year, weekday: None })
        }
        (Num { value: year, length: 4 }, Name(month), Num { value: day, .. })
        | (Num { value: year, length: 4 }, Num { value: day, .. }, Name(month))
        | (Name(month), Num { value: year, length: 4 }, Num { value: day, .. })
        | (Num { value: day, .. }, Num { value: year, length: 4 }, Name(month)) => {
            ymd(year, month as u32, day)
        }
        (Num { value: day, .. }, Name(month), Num { value, length })
        | (Name(month), Num { value: day, .. }, Num { value, length }) => {
            ymd(year_of(value, length)?, month as u32, day)
        }
        _ => None,
    }
}

/// "17th", "the 4th", "the 20th of next month", "on 15", "for the second".
fn of_month(text: &Text, at: usize, lead: DayLead) -> Option<Found> {
    let has_the = text.at(at) == "the";
    let begin = if has_the { at + 1 } else { at };
    let number = |found: Option<(u32, usize)>| {
        found.and_then(|(day, end)| Some((i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?, end)))
    };
    if let Some((day, end)) =
        number(ordinal(text, begin).or_else(|| digits(text, begin).filter(|_| text.at(begin).len() <= 2)))
    {
        if let Some((month, after)) = relative_month(text, end) {
            return Found::new(Day::OfMonth { day, month: Some(month), weekday: None }, after);
        }
    }
    let in_digits = number(ordinal(text, begin).filter(|_| text.is_number(begin)));
    let in_words = number(spelled_ordinal(text, begin)).filter(|_| lead == DayLead::On);
    let plain = number(digits(text, begin)).filter(|(day, _)| lead == DayLead::On && !has_the && *day > 12);
    let (day, end) = in_digits.or(in_words).or(plain)?;
    // "The 5th Wave", "second draft": what an ordinal counts is no date.
    follows_a_time(text, end).then_some(())?;
    Found::new(Day::OfMonth { day, month: None, weekday: None }, end)
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
