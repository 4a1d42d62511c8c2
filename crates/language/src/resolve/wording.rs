//! Dates and times in questions and notes.

use jiff::civil::{Date, Time, Weekday};

use super::{Now, Point};

/// Name of a weekday.
pub fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Name of a month.
pub fn month_name(month: i8) -> &'static str {
    MONTHS.get(usize::try_from(month - 1).unwrap_or_default()).copied().unwrap_or_default()
}

/// Writes a date: "Friday 13 February", with the year if it is another one.
pub fn date_words(date: Date, today: Date) -> String {
    let year = if date.year() == today.year() { String::new() } else { format!(" {}", date.year()) };
    format!("{} {} {}{year}", weekday_name(date.weekday()), date.day(), month_name(date.month()))
}

/// Writes a time: "17:00".
pub fn time_words(time: Time) -> String {
    match time.second() {
        0 => format!("{:02}:{:02}", time.hour(), time.minute()),
        second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
    }
}

/// Writes a point in time.
pub fn point_words(point: Point, now: &Now) -> String {
    let date = date_words(point.date, now.today());
    match point.time {
        Some(time) => format!("{date} at {}", time_words(time)),
        None => date,
    }
}
