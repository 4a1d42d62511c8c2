//! Points in time, and days.

use std::fmt::{Display, Formatter};

use jiff::Timestamp;
use jiff::civil::{Date, time};
use jiff::tz::{Offset, TimeZone};
use serde::Serialize;
use serde::ser::SerializeStruct;
use serde_json::{Value, json};

use crate::errors::wrong;
use crate::field::{Field, text};
use crate::{Errors, Timezone};

/// Example time in error messages.
pub const EXAMPLE_TIME: &str = "2026-12-31T17:00:00Z";

/// Instant or whole day: a due date, the start of a series, or a bound of a list. A day is due at 23:59 in
/// the user's time zone, which only the database knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOrDay {
    /// Instant.
    At(Timestamp),
    /// Whole day.
    On(Date),
}

// RFC 3339 has years of four digits; the margins keep any zone's local time within them.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9998;

impl TimeOrDay {
    /// Returns the current day in a time zone.
    pub fn today(now: Moment, timezone: &Timezone) -> Self {
        Self::On(timezone.rules().to_datetime(now.0).date())
    }

    /// Returns the instant at which a task is due: for a day, 23:59 in that time zone. Where clocks are set
    /// forward over that time, it is as much earlier: the last minute that the day has.
    pub fn deadline(self, timezone: &Timezone) -> Option<Moment> {
        match self {
            Self::At(instant) => Some(Moment(instant)),
            Self::On(date) => {
                let last_minute =
                    timezone.rules().to_ambiguous_timestamp(date.to_datetime(time(23, 59, 0, 0)));
                last_minute.earlier().ok().map(Moment)
            }
        }
    }

    /// Returns `None` if the year is outside the supported range.
    pub(crate) fn in_supported_years(self) -> Option<Self> {
        let year = match self {
            Self::At(instant) => TimeZone::UTC.to_datetime(instant).year(),
            Self::On(date) => date.year(),
        };
        YEARS.contains(&year).then_some(self)
    }
}

impl Field for TimeOrDay {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = text(value)?;
        let parsed = if text.len() == "2026-12-31".len() {
            text.parse().ok().map(Self::On).and_then(Self::in_supported_years)
        } else {
            rfc3339(text).map(Self::At)
        };
        parsed.ok_or_else(|| {
            wrong(format!("must be an RFC 3339 time, such as {EXAMPLE_TIME}, or a day, such as 2026-12-31"))
        })
    }

    fn schema() -> Value {
        json!({ "anyOf": [
            { "type": "string", "format": "date-time" },
            { "type": "string", "format": "date" },
        ] })
    }
}

/// Serializes to `{"at": …}` or `{"on": …}`.
impl Serialize for TimeOrDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TimeOrDay", 1)?;
        match self {
            Self::At(instant) => object.serialize_field("at", &instant.to_string())?,
            Self::On(date) => object.serialize_field("on", &date.to_string())?,
        }
        object.end()
    }
}

/// Point in time, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub(crate) Timestamp);

impl Moment {
    /// Converts a Unix time in milliseconds.
    pub fn from_ms(ms: u64) -> Self {
        Self(i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default())
    }
}

impl Moment {
    /// Returns the instant.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Formats the moment in a time zone, with its offset: `2026-04-02T17:00:00+02:00`.
    pub fn in_zone(self, rules: &TimeZone) -> String {
        // Local mean time, before zones existed, has seconds in its offset; RFC 3339 allows only minutes.
        let minutes = rules.to_offset(self.0).seconds() / 60;
        let offset = Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC);
        self.0.display_with_offset(offset).to_string()
    }
}

impl Field for Moment {
    fn parse(value: &Value) -> Result<Self, Errors> {
        rfc3339(text(value)?)
            .map(Self)
            .ok_or_else(|| wrong(format!("must be an RFC 3339 time, such as {EXAMPLE_TIME}")))
    }

    fn schema() -> Value {
        json!({ "type": "string", "format": "date-time" })
    }
}

/// Formats the moment as Postgres does, with `+00:00` for UTC.
impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_string().replace('Z', "+00:00"))
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Formats a Unix time in milliseconds as RFC 3339, in UTC.
pub fn rfc3339_from_ms(ms: u64) -> String {
    Moment::from_ms(ms).0.to_string()
}

/// Parses an RFC 3339 time. Jiff also accepts other separators, zone names and no offset, so the shape is
/// checked first.
fn rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, expected): (&u8, &u8)| match expected {
        b'd' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(&b'T'),
        other => byte == other,
    };
    if bytes.len() <= shape.len() || !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let rest = &text[shape.len()..];
    let offset = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let is_offset = match offset.as_bytes() {
        [b'z' | b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) && [*h1, *h2] <= *b"23"
        }
        _ => false,
    };
    let instant: Timestamp = text.parse().ok().filter(|_| is_offset)?;
    // Postgres keeps microseconds.
    let instant = Timestamp::from_microsecond(instant.as_microsecond()).ok()?;
    TimeOrDay::At(instant).in_supported_years().map(|_| instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Option<TimeOrDay> {
        TimeOrDay::parse(&json!(text)).ok()
    }

    #[test]
    fn an_instant_is_kept_in_utc() {
        let due = parse("2026-04-02T17:00:00+02:00").expect("valid");
        assert_eq!(json!(due), json!({ "at": "2026-04-02T15:00:00Z" }));
    }

    #[test]
    fn a_plain_date_is_a_day() {
        assert_eq!(json!(parse("2028-02-29")), json!({ "on": "2028-02-29" }));
        assert_eq!(parse("2026-02-29"), None);
    }

    #[test]
    fn a_day_is_due_at_its_end_wherever_clocks_change() {
        for (zone, day, expected) in [
            ("Europe/Berlin", "2031-03-29", "2031-03-29T22:59:00+00:00"),
            // From eleven the clocks go forward to midnight.
            ("America/Nuuk", "2031-03-29", "2031-03-30T00:59:00+00:00"),
            // At midnight the clocks go back to eleven.
            ("America/Santiago", "2027-04-03", "2027-04-04T02:59:00+00:00"),
        ] {
            let zone = Timezone::parse(&json!(zone)).expect("valid");
            let deadline = parse(day).and_then(|due| due.deadline(&zone));
            assert_eq!(deadline.map(|moment| moment.to_string()).as_deref(), Some(expected), "{day}");
        }
    }

    #[test]
    fn other_formats_of_a_time_are_rejected() {
        for text in [
            "2026-04-02T17:00:00",
            "2026-04-02 17:00:00Z",
            "2026-04-02T17:00Z",
            "2026-04-02T25:00:00Z",
            "2026-04-02T17:00:00+0200",
            "2026-04-02T17:00:00+24:00",
            "2026-04-02T17:00:00Z[UTC]",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "-2026-04-02",
            "20260402",
            "tomorrow",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn every_instant_survives_a_round_trip(seconds in -62_000_000_000_i64..253_000_000_000) {
            let instant = Timestamp::from_second(seconds).expect("in range");
            prop_assert_eq!(parse(&instant.to_string()), Some(TimeOrDay::At(instant)));
        }
    }
}
