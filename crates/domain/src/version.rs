//! Versions of tasks and series.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Number of changes of a task or series. Over HTTP it is the `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(i64);

impl FromStr for Version {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `u32` also parses a leading plus sign, which no ETag has.
        let digits = if text.starts_with('+') { "" } else { text };
        digits.parse::<u32>().map(|version| Self(version.into()))
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
