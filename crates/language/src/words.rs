//! Names of days, months, units and numbers, with their abbreviations and usual misspellings.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Weekday;

use Unit::{BusinessDay, Day, Fortnight, Hour, Minute, Month, Quarter, Second, Week, Year};
use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Monday, "monday, mon, mondy, monady, munday, moday"),
    (Tuesday, "tuesday, tue, tues, tuesd, tusday, teusday, teuday"),
    (Wednesday, "wednesday, wed, weds, wednes, wensday, wendsday, wenesday, wedensday"),
    (Thursday, "thursday, thu, thur, thurs, thrusday, thusday, thurday"),
    (Friday, "friday, fri, firday, fridya, firdy, frieday, frday, frida"),
    (Saturday, "saturday, sat, satday, saterday, satuday, sarurday"),
    (Sunday, "sunday, sun, suday, sundy, snday, sunnday, suncay"),
];

/// Abbreviations that are English words or names too.
const AMBIGUOUS_WEEKDAYS: [&str; 4] = ["mon", "wed", "sat", "sun"];

const MONTHS: [(i8, &str); 12] = [
    (1, "january, jan, janurary"),
    (2, "february, feb, febr, feburary"),
    (3, "march, mar, mrch"),
    (4, "april, apr, apirl"),
    (5, "may"),
    (6, "june, jun"),
    (7, "july, jul, juli"),
    (8, "august, aug, agust, augst, auguest"),
    (9, "september, sep, sept, setember, sepember"),
    (10, "october, oct, ocotber, octobre, okt"),
    (11, "november, nov, novemeber, novmber"),
    (12, "december, dec, decmber, desember, decemer, dez"),
];

/// Distances in days to today.
const RELATIVE_DAYS: [(i32, &str); 4] = [
    (0, "today, tdy, 2day, todya, tody, todays, today's"),
    (
        1,
        "tomorrow, tmrw, tmr, tmrrw, tmw, tmmrw, tomorow, tommorow, tommorrow, tomorrows, tomorrow's, 2moro, 2morrow, \
         2mrw, tomo, tomoz, morrow, tomrw, tomarrow, tmrow, 2mro",
    ),
    (2, "overmorrow"),
    (-1, "yesterday, yday, yesturday, yesterdays, yesterday's, ystrday"),
];

const UNITS: [(Unit, &str); 10] = [
    (Second, "second, seconds, sec, secs, s"),
    (Minute, "minute, minutes, min, mins, mns, minuts, minutues, m"),
    (Hour, "hour, hours, hr, hrs, h, houres, horus"),
    (Day, "day, days, d, dys"),
    (BusinessDay, "weekday, weekdays, workday, workdays"),
    (Week, "week, weeks, wk, wks, w, weaks"),
    (Fortnight, "fortnight, fortnights"),
    (Month, "month, months, mo, mos, mth, mths, monthes"),
    (Quarter, "quarter, quarters, qtr"),
    (Year, "year, years, yr, yrs, y"),
];

const PARTS: [(Part, &str); 4] = [
    (Part::Morning, "morning, morn, mornin, mornings, moring, morningish"),
    (Part::Afternoon, "afternoon, arvo, afternoons, afternooon, aftrnoon, afternoonish"),
    (Part::Evening, "evening, eve, evenings, evning, eveningish"),
    (Part::Night, "night, nite, nights, nighttime"),
];

const TONIGHT: &str = "tonight, tonite, 2nite, 2night, tonigt, tonght, tonights, tonight's, tnite";

/// Numbers from zero to nineteen.
const ONES: &str = "zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, \
     fifteen, sixteen, seventeen, eighteen, nineteen";
const ORDINALS: &str = "zeroth, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, \
     thirteenth, fourteenth, fifteenth, sixteenth, seventeenth, eighteenth, nineteenth";
const MISSPELLED_ORDINALS: [(u32, &str); 3] = [(5, "fith"), (8, "eigth"), (12, "twelveth")];
const TENS: [(u32, &str); 8] = [
    (20, "twenty"),
    (30, "thirty"),
    (40, "forty, fourty"),
    (50, "fifty"),
    (60, "sixty"),
    (70, "seventy"),
    (80, "eighty"),
    (90, "ninety"),
];
const TENS_ORDINALS: [(u32, &str); 2] = [(20, "twentieth"), (30, "thirtieth")];

/// Words with which a date, a time, a rule or a period may begin, beside numbers and names of days.
const BEGINNINGS: &str = "a, an, the, at, on, by, in, for, of, due, around, about, approximately, approx, circa, ca, roughly, \
     before, until, till, til, after, from, since, starting, no, not, within, during, later, early, \
     late, sometime, anytime, this, ths, next, nxt, nex, last, lst, past, previous, coming, upcoming, \
     current, following, noon, noontime, noonish, midday, midnight, mid, high, half, quarter, end, \
     close, start, beginning, middle, month, eod, cob, eow, eom, eoq, eoy, day, weekend, weekends, \
     wkend, wknd, weeknd, wkd, week, couple, few, another, every, each, evry, ev, evey, evrey, once, \
     twice, thrice, daily, everyday, nightly, weekly, fortnightly, biweekly, monthly, bimonthly, \
     quarterly, semiannually, biannually, semiannual, yearly, annually, annual, hourly, bi, semi, \
     weekday, weekdays, workdays, and, repeat, repeats, repeating, recurring, between, over, rest, \
     remainder, overmorrow, first, now";

/// Long names, whose misspellings are known by their likeness: letters wrong, missing, doubled or swapped.
const LONG_NAMES: [&str; 12] = [
    "wednesday",
    "thursday",
    "saturday",
    "tuesday",
    "january",
    "february",
    "september",
    "october",
    "november",
    "december",
    "tomorrow",
    "yesterday",
];

/// Weekday that a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekdayWord {
    pub weekday: Weekday,
    /// True for "mondays".
    pub is_plural: bool,
    /// True if the word may mean something else.
    pub is_ambiguous: bool,
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

/// Part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// Everything that a word can mean in a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    pub weekday: Option<WeekdayWord>,
    /// Number of a month.
    pub month: Option<i8>,
    /// Distance in days to today: 1 for "tomorrow".
    pub relative_day: Option<i32>,
    pub unit: Option<Unit>,
    pub part: Option<Part>,
    pub is_tonight: bool,
    /// Number below twenty.
    pub ones: Option<u32>,
    /// Multiple of ten: 20 to 90.
    pub tens: Option<u32>,
    /// Number below twenty whose ordinal the word is: 3 for "third".
    pub ordinal: Option<u32>,
    /// 20 or 30, if the word is its ordinal.
    pub tens_ordinal: Option<u32>,
    /// True if a date, a time, a rule or a period may begin with the word.
    pub begins_date: bool,
}

impl Meaning {
    /// Looks a word up, with its plural and its likeness to a long name.
    pub fn of(word: &str) -> Self {
        let lexicon = lexicon();
        if let Some(known) = lexicon.get(word) {
            return *known;
        }
        let alike = |word: &str| {
            let name = LONG_NAMES.iter().find(|name| is_misspelling(word, name))?;
            lexicon.get(name).copied()
        };
        let stem = word.strip_suffix('s').filter(|stem| stem.len() > 3);
        if let Some(day) = stem.and_then(|stem| lexicon.get(stem).copied().or_else(|| alike(stem))?.weekday) {
            let weekday = WeekdayWord { is_plural: true, is_ambiguous: false, ..day };
            return Self { weekday: Some(weekday), begins_date: true, ..Self::default() };
        }
        alike(word).unwrap_or_default()
    }
}

/// All words of the lists, each with its meanings.
fn lexicon() -> &'static HashMap<&'static str, Meaning> {
    static LEXICON: OnceLock<HashMap<&str, Meaning>> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut words = HashMap::<_, Meaning>::new();
        let mut add = |list: &'static str, begins_date: bool, set: &dyn Fn(&'static str, &mut Meaning)| {
            for word in list.split(',').map(str::trim) {
                let meaning = words.entry(word).or_default();
                meaning.begins_date |= begins_date;
                set(word, meaning);
            }
        };
        for (weekday, list) in WEEKDAYS {
            add(list, true, &|word, meaning| {
                let is_ambiguous = AMBIGUOUS_WEEKDAYS.contains(&word);
                meaning.weekday = Some(WeekdayWord { weekday, is_plural: false, is_ambiguous });
            });
        }
        for (month, list) in MONTHS {
            add(list, true, &|_, meaning| meaning.month = Some(month));
        }
        for (days, list) in RELATIVE_DAYS {
            add(list, true, &|_, meaning| meaning.relative_day = Some(days));
        }
        for (unit, list) in UNITS {
            add(list, false, &|_, meaning| meaning.unit = Some(unit));
        }
        for (part, list) in PARTS {
            add(list, true, &|_, meaning| meaning.part = Some(part));
        }
        add(TONIGHT, true, &|_, meaning| meaning.is_tonight = true);
        for (number, word) in (0..).zip(ONES.split(',')) {
            add(word, true, &|_, meaning| meaning.ones = Some(number));
        }
        for (number, word) in (0..).zip(ORDINALS.split(',')).chain(MISSPELLED_ORDINALS) {
            add(word, true, &|_, meaning| meaning.ordinal = Some(number));
        }
        for (number, list) in TENS {
            add(list, true, &|_, meaning| meaning.tens = Some(number));
        }
        for (number, list) in TENS_ORDINALS {
            add(list, true, &|_, meaning| meaning.tens_ordinal = Some(number));
        }
        add(BEGINNINGS, true, &|_, _| ());
        words
    })
}

/// True if a long word differs from a name by one letter, or by two of eight and more: wrong, missing,
/// doubled or swapped. Short words have too many neighbours that are words of their own.
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
            assert_eq!(Meaning::of(word).weekday.map(|found| found.weekday), Some(day), "{word}");
        }
        for (word, number) in [("febuary", 2), ("septmber", 9), ("decembre", 12), ("janaury", 1)] {
            assert_eq!(Meaning::of(word).month, Some(number), "{word}");
        }
        for word in ["tommorow", "tomorow", "tmrw", "2moro"] {
            assert_eq!(Meaning::of(word).relative_day, Some(1), "{word}");
        }
    }

    #[test]
    fn words_that_resemble_a_name_are_not_that_name() {
        for word in ["sundae", "remember", "janitor", "saturate", "thirsty", "matches", "tomatoes", "mondial"]
        {
            assert_eq!(Meaning::of(word), Meaning::default(), "{word}");
        }
    }
}
