//! Names of days, months, units and numbers, with their abbreviations and usual misspellings.

use jiff::civil::Weekday;

use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};

const WEEKDAYS: [(&str, Weekday); 49] = [
    ("monday", Monday),
    ("mon", Monday),
    ("mondy", Monday),
    ("monady", Monday),
    ("munday", Monday),
    ("moday", Monday),
    ("tuesday", Tuesday),
    ("tue", Tuesday),
    ("tues", Tuesday),
    ("tuesd", Tuesday),
    ("tusday", Tuesday),
    ("teusday", Tuesday),
    ("teuday", Tuesday),
    ("wednesday", Wednesday),
    ("wed", Wednesday),
    ("weds", Wednesday),
    ("wednes", Wednesday),
    ("wensday", Wednesday),
    ("wendsday", Wednesday),
    ("wenesday", Wednesday),
    ("wedensday", Wednesday),
    ("thursday", Thursday),
    ("thu", Thursday),
    ("thur", Thursday),
    ("thurs", Thursday),
    ("thrusday", Thursday),
    ("thusday", Thursday),
    ("thurday", Thursday),
    ("friday", Friday),
    ("fri", Friday),
    ("firday", Friday),
    ("fridya", Friday),
    ("firdy", Friday),
    ("frieday", Friday),
    ("frday", Friday),
    ("frida", Friday),
    ("saturday", Saturday),
    ("sat", Saturday),
    ("satday", Saturday),
    ("saterday", Saturday),
    ("satuday", Saturday),
    ("sarurday", Saturday),
    ("sunday", Sunday),
    ("sun", Sunday),
    ("suday", Sunday),
    ("sundy", Sunday),
    ("snday", Sunday),
    ("sunnday", Sunday),
    ("suncay", Sunday),
];

/// Abbreviations that are English words or names too.
const AMBIGUOUS_WEEKDAYS: [&str; 4] = ["mon", "wed", "sat", "sun"];

const MONTHS: [(&str, i8); 44] = [
    ("january", 1),
    ("jan", 1),
    ("janurary", 1),
    ("february", 2),
    ("feb", 2),
    ("febr", 2),
    ("feburary", 2),
    ("march", 3),
    ("mar", 3),
    ("mrch", 3),
    ("april", 4),
    ("apr", 4),
    ("apirl", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("juli", 7),
    ("august", 8),
    ("aug", 8),
    ("agust", 8),
    ("augst", 8),
    ("auguest", 8),
    ("september", 9),
    ("sep", 9),
    ("sept", 9),
    ("setember", 9),
    ("october", 10),
    ("oct", 10),
    ("ocotber", 10),
    ("octobre", 10),
    ("november", 11),
    ("nov", 11),
    ("novemeber", 11),
    ("novmber", 11),
    ("december", 12),
    ("dec", 12),
    ("decmber", 12),
    ("desember", 12),
    ("decemer", 12),
    ("dez", 12),
    ("okt", 10),
    ("sepember", 9),
];

/// Misspellings that the next rule finds: one or two letters wrong, missing, doubled or swapped in a long name.
const LONG_WEEKDAYS: [(&str, Weekday); 4] =
    [("wednesday", Wednesday), ("thursday", Thursday), ("saturday", Saturday), ("tuesday", Tuesday)];
const LONG_MONTHS: [(&str, i8); 6] =
    [("january", 1), ("february", 2), ("september", 9), ("october", 10), ("november", 11), ("december", 12)];

/// Weekday that a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekdayWord {
    pub weekday: Weekday,
    /// True for "mondays".
    pub is_plural: bool,
    /// True if the word may mean something else.
    pub is_ambiguous: bool,
}

/// Returns the weekday that a word names.
pub fn weekday(word: &str) -> Option<WeekdayWord> {
    let known = |word: &str| WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, weekday)| *weekday);
    let alike =
        |word: &str| LONG_WEEKDAYS.iter().find(|(name, _)| is_misspelling(word, name)).map(|(_, day)| *day);
    // "weds" and "tues" end in an s, but are singular.
    if let Some(weekday) = known(word) {
        return Some(WeekdayWord {
            weekday,
            is_plural: false,
            is_ambiguous: AMBIGUOUS_WEEKDAYS.contains(&word),
        });
    }
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 3);
    if let Some(weekday) = stem.and_then(|stem| known(stem).or_else(|| alike(stem))) {
        return Some(WeekdayWord { weekday, is_plural: true, is_ambiguous: false });
    }
    alike(word).map(|weekday| WeekdayWord { weekday, is_plural: false, is_ambiguous: false })
}

/// Returns the number of the month that a word names.
pub fn month(word: &str) -> Option<i8> {
    let known = MONTHS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number);
    known.or_else(|| LONG_MONTHS.iter().find(|(name, _)| is_misspelling(word, name)).map(|(_, month)| *month))
}

/// Returns the distance in days to today that a word names: 1 for "tomorrow".
pub fn relative_day(word: &str) -> Option<i32> {
    const TODAY: &[&str] = &["today", "tdy", "2day", "todya", "tody", "todays", "today's"];
    const TOMORROW: &[&str] = &[
        "tomorrow",
        "tmrw",
        "tmr",
        "tmrrw",
        "tmw",
        "tmmrw",
        "tomorow",
        "tommorow",
        "tommorrow",
        "tomorrows",
        "tomorrow's",
        "2moro",
        "2morrow",
        "2mrw",
        "tomo",
        "tomoz",
        "morrow",
        "tomrw",
        "tomarrow",
        "tmrow",
        "2mro",
    ];
    const YESTERDAY: &[&str] = &["yesterday", "yday", "yesturday", "yesterdays", "yesterday's", "ystrday"];
    match word {
        _ if TODAY.contains(&word) => Some(0),
        _ if TOMORROW.contains(&word) => Some(1),
        _ if YESTERDAY.contains(&word) => Some(-1),
        "overmorrow" => Some(2),
        _ if is_misspelling(word, "tomorrow") => Some(1),
        _ if is_misspelling(word, "yesterday") => Some(-1),
        _ => None,
    }
}

/// True for words that mean this night.
pub fn is_tonight(word: &str) -> bool {
    matches!(
        word,
        "tonight" | "tonite" | "2nite" | "2night" | "tonigt" | "tonght" | "tonights" | "tonight's" | "tnite"
    )
}

/// Unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    BusinessDay,
    Week,
    Fortnight,
    Month,
    Quarter,
    Year,
}

/// Returns the unit that a word names.
pub fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" | "s" => Unit::Second,
        "minute" | "minutes" | "min" | "mins" | "mns" | "minuts" | "minutues" | "m" => Unit::Minute,
        "hour" | "hours" | "hr" | "hrs" | "h" | "houres" | "horus" => Unit::Hour,
        "day" | "days" | "d" | "dys" => Unit::Day,
        "weekday" | "weekdays" | "workday" | "workdays" => Unit::BusinessDay,
        "week" | "weeks" | "wk" | "wks" | "w" | "weaks" => Unit::Week,
        "fortnight" | "fortnights" => Unit::Fortnight,
        "month" | "months" | "mo" | "mos" | "mth" | "mths" | "monthes" => Unit::Month,
        "quarter" | "quarters" | "qtr" => Unit::Quarter,
        "year" | "years" | "yr" | "yrs" | "y" => Unit::Year,
        _ => return None,
    })
}

/// Part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// Returns the part of the day that a word names.
pub fn part(word: &str) -> Option<Part> {
    Some(match word {
        "morning" | "morn" | "mornin" | "mornings" | "moring" | "morningish" => Part::Morning,
        "afternoon" | "arvo" | "afternoons" | "afternooon" | "aftrnoon" | "afternoonish" => Part::Afternoon,
        "evening" | "eve" | "evenings" | "evning" | "eveningish" => Part::Evening,
        "night" | "nite" | "nights" | "nighttime" => Part::Night,
        _ => return None,
    })
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

fn position(list: &[&str], word: &str) -> Option<u32> {
    (0..).zip(list).find(|(_, name)| !name.is_empty() && **name == word).map(|(number, _)| number)
}

/// Number below twenty that a word names.
pub fn ones(word: &str) -> Option<u32> {
    position(&ONES, word)
}

/// Multiple of ten that a word names: 20 to 90.
pub fn tens(word: &str) -> Option<u32> {
    position(&TENS, word).or(if word == "fourty" { Some(4) } else { None }).map(|tens| 10 * tens)
}

/// Number below twenty whose ordinal a word is: 3 for "third".
pub fn ordinal(word: &str) -> Option<u32> {
    position(&ORDINALS, word).or(match word {
        "twelveth" => Some(12),
        "fith" => Some(5),
        "eigth" => Some(8),
        _ => None,
    })
}

/// Multiple of ten whose ordinal a word is: 20 or 30.
pub fn tens_ordinal(word: &str) -> Option<u32> {
    match word {
        "twentieth" => Some(20),
        "thirtieth" => Some(30),
        _ => None,
    }
}

/// True if a long word differs from a name by one letter, or by two of eight and more: wrong, missing, doubled
/// or swapped. Short words have too many neighbours that are words of their own.
fn is_misspelling(word: &str, name: &str) -> bool {
    let limit = if name.len() >= 8 { 2 } else { 1 };
    if word.len() < 6
        || word.len().abs_diff(name.len()) > limit
        || word.as_bytes()[0] != name.as_bytes()[0]
        || !word.bytes().all(|letter| letter.is_ascii_lowercase())
    {
        return false;
    }
    distance(word.as_bytes(), name.as_bytes()) <= limit
}

/// Number of letters that are wrong, missing, added or swapped with the next one.
fn distance(word: &[u8], name: &[u8]) -> usize {
    const MAX: usize = 16;
    if word.len() >= MAX || name.len() >= MAX {
        return MAX;
    }
    let mut rows = [[0; MAX]; 3];
    for (column, cell) in rows[1].iter_mut().enumerate() {
        *cell = column;
    }
    for (row, letter) in word.iter().enumerate() {
        let [before_last, last, this] = &mut rows;
        this[0] = row + 1;
        for (column, expected) in name.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != expected);
            let mut cheapest = replaced.min(last[column + 1] + 1).min(this[column] + 1);
            if row > 0 && column > 0 && word[row - 1] == *expected && *letter == name[column - 1] {
                cheapest = cheapest.min(before_last[column - 1] + 1);
            }
            this[column + 1] = cheapest;
        }
        rows.rotate_left(1);
    }
    rows[1][name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_known_with_one_or_two_wrong_letters() {
        for (word, day) in
            [("wendesday", Wednesday), ("thurdsay", Thursday), ("satruday", Saturday), ("tusday", Tuesday)]
        {
            assert_eq!(weekday(word).map(|found| found.weekday), Some(day), "{word}");
        }
        for (word, number) in [("febuary", 2), ("septmber", 9), ("decembre", 12), ("janaury", 1)] {
            assert_eq!(month(word), Some(number), "{word}");
        }
        for word in ["tommorow", "tomorow", "tmrw", "2moro"] {
            assert_eq!(relative_day(word), Some(1), "{word}");
        }
    }

    #[test]
    fn words_that_resemble_a_name_are_not_that_name() {
        for word in ["sundae", "remember", "janitor", "saturate", "thirsty", "matches", "tomatoes", "mondial"]
        {
            assert_eq!((weekday(word), month(word), relative_day(word)), (None, None, None), "{word}");
        }
    }
}
