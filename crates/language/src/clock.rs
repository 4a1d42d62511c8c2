//! Times of day: "5pm", "17:30", "half past six", "seven thirty p.m.", "noon".

use crate::number::{below_hundred, cardinal, digits, spelled};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::{Part, Unit};

/// Time of day, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub half: Half,
    /// True for "5" and "5 o'clock", false for "5:00".
    pub is_hour_alone: bool,
}

/// Half of the day that an hour belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Am,
    Pm,
    /// Neither was said.
    Open,
    /// The hour is that of the 24-hour clock, whatever is said beside it.
    Fixed,
}

/// Words before a time that make a bare number one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// None: only what looks like a time is one.
    None,
    /// None, but a day stands beside it: "monday noon".
    Beside,
    /// "at", "around": a number is an hour, if nothing that it could count follows.
    At,
    /// "at" beside a day, or at the beginning of the sentence: a number is an hour.
    Sure,
}

impl Lead {
    /// True if a number may be an hour.
    fn is_at(self) -> bool {
        matches!(self, Self::At | Self::Sure)
    }
}

impl Clock {
    fn new(hour: u32, minute: u32, half: Half) -> Option<Self> {
        let hours = match half {
            Half::Am => 0..13,
            Half::Pm => 1..24,
            Half::Open | Half::Fixed => 0..24,
        };
        let half = if hour > 12 || (hour == 0 && half == Half::Open) { Half::Fixed } else { half };
        (hours.contains(&hour) && minute < 60).then_some(Self {
            hour,
            minute,
            second: 0,
            half,
            is_hour_alone: false,
        })
    }

    /// A full hour that is the same in both clocks.
    pub const fn fixed(hour: u32) -> Self {
        Self { hour, minute: 0, second: 0, half: Half::Fixed, is_hour_alone: false }
    }

    fn hour_alone(self) -> Self {
        Self { is_hour_alone: true, ..self }
    }

    /// Moves the time by some minutes, as in "a quarter to six".
    fn moved(self, minutes: i32) -> Option<Self> {
        let hour = match self.half {
            Half::Am => self.hour % 12,
            Half::Pm if self.hour <= 12 => self.hour % 12 + 12,
            _ => self.hour,
        };
        let total = (hour * 60 + self.minute) as i32 + minutes;
        let half = if self.half == Half::Open { Half::Open } else { Half::Fixed };
        let total = match half {
            Half::Open if total < 60 => total + 720,
            _ => total.rem_euclid(1440),
        };
        Self::new(total as u32 / 60, total as u32 % 60, half)
    }

    /// Returns hour, minute and second of the 24-hour clock, and true if it is after midnight of the part of
    /// the day that is said beside it, as in "tonight at 1".
    pub fn resolve(self, part: Option<Part>) -> (u32, u32, u32, bool) {
        let (mut hour, mut is_next_day) = (self.hour, false);
        match (self.half, part) {
            (Half::Am, _) => {
                hour %= 12;
                is_next_day = part == Some(Part::Night) && hour < 6;
            }
            (Half::Pm, _) if hour <= 12 => hour = hour % 12 + 12,
            (Half::Open, Some(Part::Morning)) => hour %= 12,
            (Half::Open, Some(Part::Afternoon)) => hour = if hour == 12 { 12 } else { hour + 12 },
            (Half::Open, Some(Part::Evening)) => {
                (hour, is_next_day) = if hour == 12 { (0, true) } else { (hour + 12, false) }
            }
            (Half::Open, Some(Part::Night)) => {
                (hour, is_next_day) = match hour {
                    12 => (0, true),
                    1..=4 => (hour, true),
                    _ => (hour + 12, false),
                }
            }
            // Without am or pm, 1 to 6 without minutes is the afternoon.
            (Half::Open, None) if self.is_hour_alone && (1..=6).contains(&hour) => hour += 12,
            _ => {}
        }
        (hour, self.minute, self.second, is_next_day)
    }
}

/// Returns a time of day and its end.
pub fn clock(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    if !text.begins(at) {
        return None;
    }
    let rules =
        [named, relative, with_separator, with_meridiem, oclock, hour_letter, run_together, in_words, bare];
    rules
        .iter()
        .filter_map(|rule| rule(text, at, lead))
        .map(|(clock, end)| (clock, sharp(text, end)))
        .filter(|(_, end)| text.ends(*end))
        .max_by_key(|(_, end)| *end)
}

/// Returns a time that is glued to the date before it, as in `05/31/2024-14:15`.
pub fn clock_after_date(text: &Text, at: usize) -> Option<(Clock, usize)> {
    with_separator(text, at, Lead::None).filter(|(_, end)| text.ends(*end))
}

/// Returns both ends of a range of times: "3-5pm", "9:00-10:30", "10am to noon".
pub fn range(text: &Text, at: usize) -> Option<(Clock, Clock, usize)> {
    let (hour, middle) =
        digits(text, at).filter(|(hour, _)| *hour < 24 && text.begins(at) && text.at(at).len() <= 2)?;
    let open = |hour| Clock::new(hour, 0, Half::Open).map(Clock::hour_alone);
    let (mut from, middle) = with_separator(text, at, Lead::None)
        .or_else(|| with_meridiem(text, at, Lead::None))
        .or_else(|| open(hour).map(|clock| (clock, middle)))?;
    let next = text.is(middle, &["-", "–", "to"]).then_some(middle + 1)?;
    let clear = with_separator(text, next, Lead::None).or_else(|| with_meridiem(text, next, Lead::None));
    let (to, end) = match clear {
        Some(found) => found,
        // "10:30-11"
        None => {
            let (hour, end) = digits(text, next).filter(|(hour, _)| *hour < 24 && !from.is_hour_alone)?;
            (open(hour)?, end)
        }
    };
    if from.half == Half::Open && matches!(to.half, Half::Am | Half::Pm) {
        let is_before = from.hour % 12 * 60 + from.minute <= to.hour % 12 * 60 + to.minute;
        from.half = match (to.half, is_before) {
            (half, true) => half,
            (Half::Pm, false) => Half::Am,
            _ => Half::Pm,
        };
    }
    text.ends(end).then_some((from, to, end))
}

/// Skips words that only stress a time.
fn sharp(text: &Text, at: usize) -> usize {
    text.any_phrase(at, &["sharp", "on the dot", "exactly", "hours"]).filter(|_| text.ends(at)).unwrap_or(at)
}

/// "noon", "midday", "midnight", "12 noon"; not "midnight blue".
fn named(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    let at = if text.at(at) == "the" { at + 1 } else { at };
    let begin = if text.is(at, &["12", "twelve"]) { at + 1 } else { at };
    let (hour, end) = match text.at(begin) {
        "noon" | "midday" | "noontime" | "noonish" => (12, begin + 1),
        "midnight" => (0, begin + 1),
        "mid" if text.is(begin + 1, &["night"]) => (0, begin + 2),
        "mid" if text.is(begin + 1, &["day"]) => (12, begin + 2),
        "mid" if text.at(begin + 1) == "-" && text.is(begin + 2, &["day"]) => (12, begin + 3),
        "high" if text.at(begin + 1) == "noon" => (12, begin + 2),
        _ => return None,
    };
    // "an hour before midnight" is another time.
    let is_offset = at > 1 && text.is(at - 1, &["before", "after"]) && text.unit(at - 2).is_some();
    let is_time = lead != Lead::None || begin > at || follows_a_time(text, end);
    (is_time && !is_offset).then_some((Clock::fixed(hour), end))
}

/// "half past six", "a quarter to 5pm", "10 past 9", "15 minutes from 1pm".
fn relative(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    let begin = if text.is(at, &["a"]) && text.at(at + 1) == "quarter" { at + 1 } else { at };
    let (minutes, middle, is_said_as_time) = match text.at(begin) {
        "half" => (30, begin + 1, true),
        "quarter" => (15, begin + 1, true),
        _ => {
            let (minutes, end) = cardinal(text, begin).filter(|(minutes, _)| (1..60).contains(minutes))?;
            let has_unit = text.unit(end) == Some(Unit::Minute) && text.at(end).len() > 1;
            (minutes as i32, if has_unit { end + 1 } else { end }, has_unit)
        }
    };
    let (sign, middle) = match text.at(middle) {
        "past" => (1, middle + 1),
        "after" | "from" if is_said_as_time => (1, middle + 1),
        // "3 to 5pm" is a range, "20 to 5pm" is a time.
        "to" | "till" | "til" | "before"
            if minutes != 30 && (is_said_as_time || minutes % 5 == 0 || !text.is_number(begin)) =>
        {
            (-1, middle + 1)
        }
        "of" if text.is(begin, &["quarter"]) => (-1, middle + 1),
        _ => return None,
    };
    let hour = named(text, middle, lead)
        .or_else(|| with_meridiem(text, middle, lead))
        .or_else(|| oclock(text, middle, lead))
        .map(|(clock, end)| (clock, end, true));
    let (hour, end, is_clear) = match hour {
        Some(found) => found,
        // "10 to 6" may be a range, "half past 6" is a time.
        None => {
            let (hour, end) = cardinal(text, middle).filter(|(hour, _)| (1..=12).contains(hour))?;
            (Clock::new(hour, 0, Half::Open)?, end, false)
        }
    };
    let is_past = text.is_after(middle, &["past"]);
    let is_time = is_clear || is_past || is_said_as_time || lead.is_at();
    if !is_time || hour.minute != 0 {
        return None;
    }
    hour.moved(sign * minutes).map(|clock| (clock, end))
}

/// "5:30", "5:30pm", "15:23:24"; "8.30pm", and "8.30" after "at".
fn with_separator(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    let (hour, end) = digits(text, at).filter(|_| text.at(at).len() <= 2)?;
    let separator = text.at(end);
    let two_digits = |at: usize| text.is_number(at) && text.is_glued(at) && text.at(at).len() == 2;
    if !matches!(separator, ":" | "." | "h" | "'") || !text.is_glued(end) || !two_digits(end + 1) {
        return None;
    }
    let minute = text.at(end + 1).parse().ok()?;
    let mut after = end + 2;
    let mut second = 0;
    if text.at(after) == ":" && text.is_glued(after) && two_digits(after + 1) {
        second = text.at(after + 1).parse().ok().filter(|second| *second < 60)?;
        after += 2;
    }
    let (half, after) = meridiem(text, after).map_or((None, after), |(half, end)| (Some(half), end));
    match (separator, half) {
        ("." | "'", None) if !lead.is_at() => return None,
        ("." | "'", None) if !fits(text, after, lead) => return None,
        _ => {}
    }
    Clock::new(hour, minute, half.unwrap_or(Half::Open)).map(|clock| (Clock { second, ..clock }, after))
}

/// "5pm", "5 p.m.", "1140 a.m.", "six am", "7ampm".
fn with_meridiem(text: &Text, at: usize, _: Lead) -> Option<(Clock, usize)> {
    let (number, end) = cardinal(text, at)?;
    if text.is(end, &["ampm"]) {
        return Clock::new(number, 0, Half::Open).map(|clock| (clock.hour_alone(), end + 1));
    }
    let (half, after) = meridiem(text, end)?;
    let clock = from_number(number, half)?;
    Some((clock, after))
}

/// Hour, or hour and minute in one number: 7, 730, 1140.
fn from_number(number: u32, half: Half) -> Option<Clock> {
    if number < 100 {
        return Clock::new(number, 0, half)
            .filter(|_| half == Half::Open || number <= 12)
            .map(Clock::hour_alone);
    }
    Clock::new(number / 100, number % 100, half).filter(|clock| clock.hour > 0)
}

/// "5 o'clock", "ten oclock".
fn oclock(text: &Text, at: usize, _: Lead) -> Option<(Clock, usize)> {
    const WORDS: &[&str] = &["o'clock", "oclock", "o clock", "o' clock", "o'clok", "uhr"];
    // "half past seven o'clock" and "6:00 o'clock" have minutes of their own.
    let (hour, end) = cardinal(text, at).filter(|(hour, _)| (1..=24).contains(hour))?;
    let end = text.any_phrase(end, WORDS)?;
    let (half, end) = meridiem(text, end).unwrap_or((Half::Open, end));
    Clock::new(hour % 24, 0, half).map(|clock| (clock.hour_alone(), end))
}

/// "15h", "at 9h", "11ish".
fn hour_letter(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    let (hour, end) = digits(text, at).filter(|(hour, _)| *hour < 24)?;
    let is_clear = lead.is_at() || hour > 12;
    match text.at(end) {
        "ish" if text.is_glued(end) && hour > 0 => {
            Clock::new(hour, 0, Half::Open).map(|clock| (clock.hour_alone(), end + 1))
        }
        "h" if text.is_glued(end) && is_clear => Some((Clock::fixed(hour), end + 1)),
        _ => None,
    }
}

/// "at 1030", "around 730", "at 12 15".
fn run_together(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    if !lead.is_at() || !text.is_number(at) {
        return None;
    }
    let (number, end) = digits(text, at)?;
    if text.at(at).len() <= 2 && text.is_number(end) && !text.is_glued(end) && text.at(end).len() == 2 {
        let (minute, after) = digits(text, end)?;
        return Clock::new(number, minute, Half::Open)
            .filter(|_| fits(text, after, lead))
            .map(|clock| (clock, after));
    }
    let clock = from_number(number, Half::Open).filter(|_| (3..=4).contains(&text.at(at).len()))?;
    fits(text, end, lead).then_some((clock, end))
}

/// True if a bare number is an hour because of what stands before or behind it.
fn fits(text: &Text, end: usize, lead: Lead) -> bool {
    lead == Lead::Sure || follows_a_time(text, end)
}

/// "seven thirty p.m.", "one thirty p m", "at three twenty", "at six forty five".
fn in_words(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    let (hour, middle) = below_hundred(text, at).filter(|(hour, _)| (1..=12).contains(hour))?;
    let (minute, end) = match text.at(middle) {
        "o" | "oh" => below_hundred(text, middle + 1).filter(|(minute, _)| (1..10).contains(minute))?,
        _ => below_hundred(text, middle).filter(|(minute, _)| (10..60).contains(minute))?,
    };
    match meridiem(text, end) {
        Some((half, after)) => Clock::new(hour, minute, half).map(|clock| (clock, after)),
        None if lead.is_at() && fits(text, end, lead) => {
            Clock::new(hour, minute, Half::Open).map(|clock| (clock, end))
        }
        None => None,
    }
}

/// "at 5", "around nine", "at seven hundred and thirty".
fn bare(text: &Text, at: usize, lead: Lead) -> Option<(Clock, usize)> {
    if !lead.is_at() {
        return None;
    }
    let is_hundreds = !text.is_number(at) && spelled(text, at).is_some_and(|(number, _)| number >= 100);
    let (number, end) = cardinal(text, at)?;
    let is_hour = number <= 24 && (!text.is_number(at) || text.at(at).len() <= 2);
    if !(is_hour || is_hundreds) || !fits(text, end, lead) {
        return None;
    }
    from_number(if number == 24 { 0 } else { number }, Half::Open).map(|clock| (clock, end))
}

/// Returns "am" or "pm" in any spelling.
pub fn meridiem(text: &Text, at: usize) -> Option<(Half, usize)> {
    let half = |letter: &str| match letter {
        "a" => Some(Half::Am),
        "p" => Some(Half::Pm),
        _ => None,
    };
    match text.at(at) {
        "am" => return Some((Half::Am, dot(text, at + 1))),
        "pm" => return Some((Half::Pm, dot(text, at + 1))),
        _ => {}
    }
    let found = half(text.at(at))?;
    // "p.m.", "p. m.", "p m", "p . m ."
    let m = if text.at(at + 1) == "." { at + 2 } else { at + 1 };
    if text.at(m) == "m" && text.ends(m + 1) {
        let end = if text.at(at + 1) == "." && text.at(m + 1) == "." { m + 2 } else { m + 1 };
        return Some((found, end));
    }
    // "9a", "7p": one letter, next to the digits.
    (text.is_glued(at) && text.is_number(at.wrapping_sub(1)) && text.ends(at + 1)).then_some((found, at + 1))
}

/// Skips the dot of "am." inside a sentence; at its end it may be the full stop.
fn dot(text: &Text, at: usize) -> usize {
    let is_inside = text.at(at) == "." && text.is_glued(at) && at + 1 < text.len() && text.is_word(at + 1);
    if is_inside { at + 1 } else { at }
}

/// True if what follows a bare number is nothing that it could count: "at 5 with Ann", but not
/// "at 5 corners".
pub fn follows_a_time(text: &Text, at: usize) -> bool {
    static WORDS: Phrases = Phrases::new(
        "today, tonight, tomorrow, on, in, with, for, and, to, about, every, by, from, this, next, so, then, \
         because, but, or, please, remind, starting, until, till, before, after, if, near, via, re, \
         regarding, sharp, exactly, each, daily, weekly, monthly, at, when, that, which, since, of, through, \
         without, during, between, tonite, everyday, tag, urgent, my, the, as, is, also, i, will, pls, \
         thanks, high, low, goto, alarm, alarms",
    );
    // Two numbers are a range or a score, unless the second one is a date or a time.
    if text.is_sign(at) {
        let is_joined = text.is_glued(at) && text.is_glued(at + 1) && at + 1 < text.len();
        let is_range = matches!(text.at(at), "-" | "–" | "/") && text.is_number(at + 1);
        return !is_range
            && !matches!(text.at(at), "%" | "°" | "$" | "€" | "£" | "x" | "&")
            && (!is_joined || text.ends(at));
    }
    let is_date = text.weekday(at).is_some()
        || text.month(at).is_some()
        || text.relative_day(at).is_some()
        || text.part(at).is_some();
    // "at 1530 2 weeks from now", "noon 2026-03-20"
    let is_amount = text.is_number(at)
        && (text.unit(at + 1).is_some()
            || text.month(at + 1).is_some()
            || text.is(at + 1, &["st", "nd", "rd", "th"])
            || (text.is(at + 1, &["-", "/", "."]) && text.is_glued(at + 1) && text.is_number(at + 2)));
    // "at 5 two weeks from now", "noon last friday of april", "at 5 a week from friday"
    let is_counted = (text.ones(at).is_some() || text.is(at, &["a", "an", "last", "first"]))
        && (text.unit(at + 1).is_some() || text.weekday(at + 1).is_some() || text.at(at + 1) == "business")
        && !text.is(at + 1, &["second", "s", "m", "h", "d", "w", "y"]);
    let is_edge = is_counted
        || text.is(at, &["eod", "eow", "eom", "eoy"])
        || (text.is(at, &["end", "beginning", "start"]) && text.at(at + 1) == "of");
    at >= text.len() || is_edge || text.is_opaque(at) || is_date || is_amount || WORDS.has(text.at(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(words: &str, lead: Lead) -> Option<(u32, u32)> {
        let text = Text::new(words, &[]);
        let (clock, end) = clock(&text, 0, lead)?;
        let (hour, minute, ..) = clock.resolve(None);
        (end == text.len()).then_some((hour, minute))
    }

    #[test]
    fn times_are_read_in_all_their_forms() {
        for (words, time) in [
            ("5pm", (17, 0)),
            ("5 p.m.", (17, 0)),
            ("seven p . m .", (19, 0)),
            ("5:30", (5, 30)),
            ("17:30", (17, 30)),
            ("8.10 pm", (20, 10)),
            ("1140 a.m.", (11, 40)),
            ("16h00", (16, 0)),
            ("15h", (15, 0)),
            ("half past 3 pm", (15, 30)),
            ("a quarter past noon", (12, 15)),
            ("a quarter to noon", (11, 45)),
            ("20 minutes to 2pm", (13, 40)),
            ("15 minutes from 1pm", (13, 15)),
            ("10 past 9", (9, 10)),
            ("seven thirty p.m.", (19, 30)),
            ("seven hundred and thirty am", (7, 30)),
            ("12 noon", (12, 0)),
            ("mid night", (0, 0)),
            ("11ish", (11, 0)),
            ("4 oclock", (16, 0)),
            ("12am", (0, 0)),
            ("12pm", (12, 0)),
        ] {
            assert_eq!(resolved(words, Lead::None), Some(time), "{words}");
        }
    }

    #[test]
    fn a_bare_number_is_a_time_only_after_at() {
        for (words, time) in [
            ("5", (17, 0)),
            ("7", (7, 0)),
            ("1030", (10, 30)),
            ("12 15", (12, 15)),
            ("three twenty", (3, 20)),
            ("6.45", (6, 45)),
        ] {
            assert_eq!(resolved(words, Lead::At), Some(time), "{words}");
            assert_eq!(resolved(words, Lead::None), None, "{words}");
        }
    }

    #[test]
    fn numbers_that_count_or_measure_are_not_times() {
        for words in
            ["4:3", "1:1", "101 points", "6.45 percent", "5 corners", "10 - 10.1", "25:00", "13am", "7:5"]
        {
            for lead in [Lead::None, Lead::At] {
                let text = Text::new(words, &[]);
                assert_eq!(clock(&text, 0, lead), None, "{words}");
            }
        }
    }
}
