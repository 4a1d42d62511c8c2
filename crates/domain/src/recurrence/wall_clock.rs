//! Local dates and times.

use std::fmt::{Display, Formatter};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};
use crate::{TimeOrDay, Timezone};

/// Local date, or local date and time, without a time zone or an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallClock {
    /// Local date and time.
    At(DateTime),
    /// Local date.
    On(Date),
}

impl WallClock {
    /// Converts a due date to local time in a time zone.
    pub fn in_zone(due: TimeOrDay, timezone: &Timezone) -> Self {
        match due {
            TimeOrDay::At(instant) => Self::At(timezone.rules().to_datetime(instant)),
            TimeOrDay::On(date) => Self::On(date),
        }
    }

    pub(super) fn date(self) -> Date {
        match self {
            Self::At(time) => time.date(),
            Self::On(date) => date,
        }
    }

    pub(super) fn time(self) -> Option<Time> {
        match self {
            Self::At(time) => Some(time.time()),
            Self::On(_) => None,
        }
    }

    /// Converts to a due date in a time zone. A skipped local time moves forward; of a repeated one, the
    /// first is used.
    pub(super) fn due_date(self, zone: &TimeZone) -> Option<TimeOrDay> {
        match self {
            Self::At(time) => zone.to_timestamp(time).ok().map(TimeOrDay::At),
            Self::On(date) => Some(TimeOrDay::On(date)),
        }
    }
}

impl Display for WallClock {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At(time) => time.fmt(f),
            Self::On(date) => date.fmt(f),
        }
    }
}

impl Field for WallClock {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = text(value)?;
        let candidates = [text.parse().map(Self::On), text.parse().map(Self::At)];
        // Jiff parses more than it formats (other separators, offsets), so only texts that format the same
        // are valid.
        let parsed = candidates.into_iter().flatten().find(|parsed| parsed.to_string() == text);
        parsed.filter(|parsed| parsed.date().year() >= 0).ok_or_else(|| {
            wrong("must be a local time, such as 2026-12-31T17:00:00, or a day, such as 2026-12-31")
        })
    }

    fn schema() -> Value {
        json!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,8}[1-9])?)?$",
        })
    }
}

impl Serialize for WallClock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_or_a_day_survives_a_round_trip() {
        for text in ["2026-12-31", "2028-02-29", "2026-12-31T17:00:00", "2026-12-31T23:59:59.999999999"] {
            assert_eq!(WallClock::parse(&json!(text)).map(|parsed| parsed.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn dates_that_do_not_exist_and_offsets_are_rejected() {
        for text in [
            "2026-02-30",
            "2026-02-29T09:00:00",
            "2026-12-31T17:00:00Z",
            "2026-12-31 17:00:00",
            "-000001-12-31",
            "",
        ] {
            assert!(WallClock::parse(&json!(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_becomes_the_local_time_of_the_zone() {
        let berlin = Timezone::parse(&json!("Europe/Berlin")).expect("valid");
        let shown = |due: &str| {
            WallClock::in_zone(TimeOrDay::parse(&json!(due)).expect("valid"), &berlin).to_string()
        };
        assert_eq!(shown("2026-12-31T23:30:00Z"), "2027-01-01T00:30:00");
        assert_eq!(shown("2026-12-31"), "2026-12-31");
    }
}
