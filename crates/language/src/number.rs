//! Numbers in digits and words, and amounts of time.

use crate::text::Text;
use crate::words::Unit;

/// Returns a whole number in digits or words and its end. Digits with a letter before them are part of a
/// name.
pub fn cardinal(text: &Text, at: usize) -> Option<(u32, usize)> {
    digits(text, at).or_else(|| spelled(text, at))
}

/// Returns a number of up to nine digits.
pub fn digits(text: &Text, at: usize) -> Option<(u32, usize)> {
    // The T of `2026-04-02T17:00` and the units of `2hr5min` stand between numbers.
    let is_between = |before: usize| {
        text.unit(before).is_some() || (text.at(before) == "t" && text.is_number(before.wrapping_sub(1)))
    };
    let is_in_name = text.is_glued(at) && text.is_word(at.wrapping_sub(1)) && !is_between(at - 1);
    if !text.is_number(at) || text.at(at).len() > 9 || is_in_name {
        return None;
    }
    text.at(at).parse().ok().map(|number| (number, at + 1))
}

/// Returns a number in words: "six", "twenty-five", "one hundred and thirty", "two thousand seventeen".
pub fn spelled(text: &Text, at: usize) -> Option<(u32, usize)> {
    let (mut total, mut end) = below_hundred(text, at)?;
    for (name, size) in [("thousand", 1000), ("hundred", 100)] {
        if text.at(end) == name && total % 1000 < 100 {
            total = total / 1000 * 1000 + total % 1000 * size;
            end += 1;
            let rest = if text.at(end) == "and" { end + 1 } else { end };
            if let Some((more, after)) = below_hundred(text, rest) {
                total += more;
                end = after;
            }
        }
    }
    Some((total, end))
}

/// Returns a number below a hundred in words.
pub fn below_hundred(text: &Text, at: usize) -> Option<(u32, usize)> {
    if let Some(tens) = text.tens(at) {
        let next = if text.at(at + 1) == "-" && text.is_glued(at + 2) { at + 2 } else { at + 1 };
        return match text.ones(next) {
            Some(ones @ 1..=9) => Some((tens + ones, next + 1)),
            _ => Some((tens, at + 1)),
        };
    }
    text.ones(at).map(|ones| (ones, at + 1))
}

/// Returns an ordinal in digits or words: "17th", "third", "twenty-second".
pub fn ordinal(text: &Text, at: usize) -> Option<(u32, usize)> {
    if let Some((number, end)) = digits(text, at) {
        let is_suffix = text.is(end, &["st", "nd", "rd", "th"]) && text.is_glued(end);
        return is_suffix.then_some((number, end + 1));
    }
    spelled_ordinal(text, at)
}

/// Returns an ordinal in words.
pub fn spelled_ordinal(text: &Text, at: usize) -> Option<(u32, usize)> {
    if let Some(tens) = text.tens(at) {
        let next = if text.at(at + 1) == "-" { at + 2 } else { at + 1 };
        return text.ordinal(next).filter(|ones| *ones < 10).map(|ones| (tens + ones, next + 1));
    }
    text.ordinal(at).or(text.tens_ordinal(at)).map(|number| (number, at + 1))
}

/// Returns a year with its end: "2026", "'26", "twenty twenty-six", "two thousand and seventeen".
pub fn year(text: &Text, at: usize) -> Option<(i16, usize)> {
    if text.is_number(at) {
        let is_year = text.at(at).len() == 4;
        return digits(text, at)
            .filter(|(year, _)| is_year && (1900..2200).contains(year))
            .map(|(y, end)| (y as i16, end));
    }
    if text.at(at) == "'" && text.is_number(at + 1) && text.is_glued(at + 1) && text.at(at + 1).len() == 2 {
        return digits(text, at + 1).map(|(year, end)| (full_year(year), end));
    }
    let (century, end) = below_hundred(text, at)?;
    if matches!(century, 19 | 20) {
        let (rest, end) = below_hundred(text, end).filter(|(rest, _)| *rest >= 10)?;
        return Some(((100 * century + rest) as i16, end));
    }
    spelled(text, at).filter(|(year, _)| (2000..2100).contains(year)).map(|(year, end)| (year as i16, end))
}

/// Completes a year of two digits.
pub fn full_year(year: u32) -> i16 {
    let century = if year < 70 { 2000 } else { 1900 };
    (century + year) as i16
}

/// Amount of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub years: i32,
    pub months: i32,
    pub days: i32,
    pub business_days: i32,
    pub seconds: i64,
}

impl Amount {
    /// One or more of a unit.
    pub fn of(count: i32, unit: Unit) -> Self {
        let none = Self::default();
        match unit {
            Unit::Second => Self { seconds: count.into(), ..none },
            Unit::Minute => Self { seconds: 60 * i64::from(count), ..none },
            Unit::Hour => Self { seconds: 3600 * i64::from(count), ..none },
            Unit::Day => Self { days: count, ..none },
            Unit::BusinessDay => Self { business_days: count, ..none },
            Unit::Week => Self { days: count.saturating_mul(7), ..none },
            Unit::Fortnight => Self { days: count.saturating_mul(14), ..none },
            Unit::Month => Self { months: count, ..none },
            Unit::Quarter => Self { months: count.saturating_mul(3), ..none },
            Unit::Year => Self { years: count, ..none },
        }
    }

    /// True if it is counted in days, weeks, months or years only: the result is a day without a time.
    pub fn is_of_days(self) -> bool {
        self.seconds == 0
    }

    /// The same amount into the past.
    pub fn back(self) -> Self {
        Self {
            years: -self.years,
            months: -self.months,
            days: -self.days,
            business_days: -self.business_days,
            seconds: -self.seconds,
        }
    }

    fn add(self, other: Self) -> Self {
        Self {
            years: self.years + other.years,
            months: self.months + other.months,
            days: self.days + other.days,
            business_days: self.business_days + other.business_days,
            seconds: self.seconds + other.seconds,
        }
    }
}

/// More than anybody plans ahead; larger numbers are quantities of something else.
const MAX_COUNT: u32 = 100_000;

/// Returns an amount of time: "90 minutes", "an hour and a half", "1d 2hr 5min", "a couple of days".
pub fn amount(text: &Text, at: usize) -> Option<(Amount, usize)> {
    let (mut total, mut end, mut unit) = part_of_amount(text, at)?;
    loop {
        // "an hour and a half", "two days and a half": half of the last unit.
        if let Some(after) = text.any_phrase(end, &["and a half", "and half"])
            && let Some(half) = half_of(unit)
        {
            total = total.add(half);
            end = after;
            continue;
        }
        let next = if text.is(end, &["and", ","]) { end + 1 } else { end };
        match part_of_amount(text, next) {
            // Each unit is smaller than the one before: "1 day 2 hours", not "2 days 3 days".
            Some((more, after, smaller)) if seconds_of(smaller) < seconds_of(unit) => {
                total = total.add(more);
                (end, unit) = (after, smaller);
            }
            // "1h30": minutes without a unit.
            None if unit == Unit::Hour
                && text.is_number(end)
                && text.is_glued(end)
                && text.at(end).len() == 2
                && text.ends(end + 1) =>
            {
                let (minutes, after) = digits_after_letter(text, end)?;
                total = total.add(Amount::of(minutes, Unit::Minute));
                end = after;
            }
            _ => return Some((total, end)),
        }
    }
}

fn digits_after_letter(text: &Text, at: usize) -> Option<(i32, usize)> {
    text.at(at).parse().ok().map(|number| (number, at + 1))
}

fn seconds_of(unit: Unit) -> i64 {
    let day = 86_400;
    match unit {
        Unit::Second => 1,
        Unit::Minute => 60,
        Unit::Hour => 3600,
        Unit::Day | Unit::BusinessDay => day,
        Unit::Week => 7 * day,
        Unit::Fortnight => 14 * day,
        Unit::Month => 30 * day,
        Unit::Quarter => 90 * day,
        Unit::Year => 365 * day,
    }
}

fn half_of(unit: Unit) -> Option<Amount> {
    match unit {
        Unit::Minute => Some(Amount::of(30, Unit::Second)),
        Unit::Hour => Some(Amount::of(30, Unit::Minute)),
        Unit::Day => Some(Amount::of(12, Unit::Hour)),
        Unit::Year => Some(Amount::of(6, Unit::Month)),
        _ => None,
    }
}

/// Share of a unit, in hundredths.
fn share(hundredths: u32, unit: Unit) -> Option<Amount> {
    if hundredths.is_multiple_of(100) {
        return Some(Amount::of(i32::try_from(hundredths / 100).ok()?, unit));
    }
    match unit {
        Unit::Second | Unit::Minute | Unit::Hour => {
            let seconds = i64::from(hundredths) * seconds_of(unit) / 100;
            Some(Amount { seconds, ..Amount::default() })
        }
        Unit::Day if hundredths.is_multiple_of(50) => {
            Some(Amount { days: (hundredths / 100) as i32, seconds: 43_200, ..Amount::default() })
        }
        Unit::Week if hundredths % 100 == 50 => {
            Some(Amount { days: (hundredths / 100 * 7 + 3) as i32, seconds: 43_200, ..Amount::default() })
        }
        Unit::Year if hundredths.is_multiple_of(50) => {
            Some(Amount { years: (hundredths / 100) as i32, months: 6, ..Amount::default() })
        }
        _ => None,
    }
}

/// Returns one number with its unit.
fn part_of_amount(text: &Text, at: usize) -> Option<(Amount, usize, Unit)> {
    let (hundredths, end) = quantity(text, at)?;
    let (unit, end) = unit(text, end)?;
    share(hundredths, unit).map(|amount| (amount, end, unit))
}

/// Returns a unit of time: "hours", "of an hour", "business days". A quarter is not a unit after a fraction.
pub fn unit(text: &Text, at: usize) -> Option<(Unit, usize)> {
    if text.is(at, &["business", "working", "work"]) && text.unit(at + 1) == Some(Unit::Day) {
        return Some((Unit::BusinessDay, at + 2));
    }
    let at = text.any_phrase(at, &["of an", "of a"]).unwrap_or(at);
    // A dash joins them in "a 2-day trip", which is no date; an apostrophe means minutes.
    if text.at(at) == "'" && text.is_glued(at) && text.ends(at + 1) {
        return Some((Unit::Minute, at + 1));
    }
    let unit = text.unit(at).filter(|_| text.ends(at + 1) || text.is_number(at + 1))?;
    // One letter is a unit only next to its number, as in "3w" or "2 h".
    let is_letter = text.at(at).len() == 1;
    (!is_letter || text.is_glued(at) || text.is_number(at.wrapping_sub(1))).then_some((unit, at + 1))
}

/// Returns a quantity in hundredths: "2", "1.5", "half", "3/4", "a couple of", "2 and a half", "an".
fn quantity(text: &Text, at: usize) -> Option<(u32, usize)> {
    const WORDS: [(&str, u32); 21] = [
        ("a couple of", 200),
        ("a couple", 200),
        ("couple of", 200),
        ("a few", 300),
        ("few", 300),
        ("half an", 50),
        ("half a", 50),
        ("a half", 50),
        ("half", 50),
        ("quarter of an", 25),
        ("a quarter of an", 25),
        ("a quarter", 25),
        ("quarter", 25),
        ("three quarters", 75),
        ("three quarters of an", 75),
        ("three - quarters of an", 75),
        ("three - quarters", 75),
        ("three quarter", 75),
        ("another", 100),
        ("an", 100),
        ("a", 100),
    ];
    let word = WORDS
        .iter()
        .filter_map(|(phrase, hundredths)| text.phrase(at, phrase).map(|end| (*hundredths, end)))
        .filter(|(_, end)| unit(text, *end).is_some())
        .max_by_key(|(_, end)| *end);
    if word.is_some() {
        return word;
    }
    let (whole, end) = cardinal(text, at).filter(|(number, _)| *number < MAX_COUNT)?;
    // "2 and a half hours", "2 and an half hours", "2 ½" would need a sign.
    if let Some(after) = text.any_phrase(end, &["and a half", "and an half", "and half", "1 / 2"]) {
        return Some((100 * whole + 50, after));
    }
    if text.is_sign(end) && text.is_number(end + 1) && text.is_glued(end) && text.is_glued(end + 1) {
        let (part, after) = digits(text, end + 1)?;
        return match text.at(end) {
            "." | "," if text.at(end + 1).len() == 1 => Some((100 * whole + 10 * part, after)),
            "." | "," if text.at(end + 1).len() == 2 => Some((100 * whole + part, after)),
            "/" if (1..=4).contains(&part) && whole < part && 100 * whole % part == 0 => {
                Some((100 * whole / part, after))
            }
            _ => None,
        };
    }
    Some((100 * whole, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Text {
        Text::new(words, &[])
    }

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        for (words, number) in [
            ("17", 17),
            ("six", 6),
            ("twenty-five", 25),
            ("one hundred and thirty", 130),
            ("seven hundred", 700),
            ("two thousand and seventeen", 2017),
            ("one thousand two hundred and thirty", 1230),
        ] {
            let text = text(words);
            assert_eq!(cardinal(&text, 0), Some((number, text.len())), "{words}");
        }
        for (words, number) in
            [("17th", 17), ("third", 3), ("twenty second", 22), ("thirty-first", 31), ("twentieth", 20)]
        {
            let text = text(words);
            assert_eq!(ordinal(&text, 0), Some((number, text.len())), "{words}");
        }
    }

    #[test]
    fn amounts_are_read_with_their_units() {
        let minutes = |count| Amount::of(count, Unit::Minute);
        for (words, expected) in [
            ("90 minutes", minutes(90)),
            ("15'", minutes(15)),
            ("half an hour", minutes(30)),
            ("an hour and a half", minutes(90)),
            ("2 and a half hours", minutes(150)),
            ("1.5 hours", minutes(90)),
            ("1h30", minutes(90)),
            ("2hr5min", minutes(125)),
            ("3/4h", minutes(45)),
            ("three-quarters of an hour", minutes(45)),
            ("a couple of days", Amount::of(2, Unit::Day)),
            ("a fortnight", Amount::of(14, Unit::Day)),
            ("four business days", Amount::of(4, Unit::BusinessDay)),
            ("2 years 1 month 21 days", Amount { years: 2, months: 1, days: 21, ..Amount::default() }),
        ] {
            let text = text(words);
            assert_eq!(amount(&text, 0), Some((expected, text.len())), "{words}");
        }
    }
}
