//! Durations in Go's notation with one unit, and days: `500ms`, `5s`, `1m`, `2h`, `7d`.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::{Deserialize, Deserializer, Error};

pub fn parse(text: &str) -> Result<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().with_context(|| format!("invalid duration `{text}`"))?;
    Ok(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        "d" => Duration::from_secs(number * 86_400),
        _ => bail!("invalid duration `{text}`: write it as 500ms, 5s, 1m, 2h or 7d"),
    })
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(Error::custom)
}
