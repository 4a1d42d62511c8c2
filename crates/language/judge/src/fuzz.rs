//! Texts that nobody has written: own cases, cut and mixed.

use std::ops::Range;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use language::{Now, Order};

use crate::{Case, broken};

/// Passages that often matter.
const PIECES: &[&str] = &[
    "tomorrow",
    "next friday",
    "on the 31st",
    "4/3",
    "at 5",
    "5pm",
    "every other week",
    "every! 3 days",
    "until may",
    "in 90 minutes",
    "#home",
    "p1",
    "remind me 2 days before",
    "and",
    ", ",
    "; ",
    "\"",
    "'",
    "“",
    "”",
    "(",
    ")",
    "#",
    "no",
    "not",
    "mark",
    "delete",
    "add",
    "rename",
    "what",
    "is",
    "my list",
    "to",
    "29 feb",
    "2026-13-45",
    "99999999999",
    "00:60",
    "-",
    "\u{0}",
    "\u{202e}",
    "\u{200b}",
    "é",
    "日本",
    "👩‍👩‍👧",
    "\n",
];

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
];

/// Longest text, in characters.
const LONGEST: usize = 2000;

/// Understands mixed texts for some time. Returns how many, or the first that breaks a rule.
pub fn fuzz(cases: &[Case], time: Duration, seed: u64) -> Result<usize, String> {
    let mut source = Source { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 };
    let end = Instant::now() + time;
    let mut count = 0;
    while Instant::now() < end {
        let (text, now) = (source.text(cases), source.now()?);
        let keep = source.keep(&text);
        let fault = std::panic::catch_unwind(|| broken(&text, &keep, &now))
            .unwrap_or_else(|_| Some("it panics".to_owned()));
        if let Some(fault) = fault {
            return Err(format!(
                "{fault}\n  text {text:?}\n  keep {keep:?}\n  now {} in {} {:?}\n  seed {seed}, text {count}",
                now.instant,
                now.zone.iana_name().unwrap_or_default(),
                now.order,
            ));
        }
        count += 1;
    }
    Ok(count)
}

/// Numbers that look random and are the same for the same seed: xorshift.
struct Source {
    state: u64,
}

impl Source {
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % limit.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        let at = self.below(list.len());
        list[at]
    }

    fn case<'a>(&mut self, cases: &'a [Case]) -> &'a str {
        let at = self.below(cases.len());
        cases.get(at).map_or("", |case| &case.text)
    }

    /// One to five passages: whole cases, some of their words, pieces, or any characters.
    fn text(&mut self, cases: &[Case]) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(5) {
            match self.below(7) {
                6 => text += &"long".repeat(self.below(160)),
                0 => text += self.case(cases),
                1 | 2 => {
                    let words: Vec<&str> = self.case(cases).split(' ').collect();
                    let (from, length) = (self.below(words.len()), 1 + self.below(4));
                    text += &words[from..words.len().min(from + length)].join(" ");
                }
                3 | 4 => text += self.pick(PIECES),
                _ => text
                    .extend((0..self.below(6)).filter_map(|_| char::from_u32(self.below(0x11_0000) as u32))),
            }
            if self.below(4) > 0 {
                text.push(' ');
            }
        }
        text.chars().take(LONGEST).collect()
    }

    /// A present between the years 1 and 9998, as far as times go, mostly in this century.
    fn now(&mut self) -> Result<Now, String> {
        let (first, last) = match self.below(8) {
            0 => (-62_135_000_000, 253_370_000_000),
            _ => (1_700_000_000, 2_500_000_000),
        };
        let second = first + (self.below((last - first) as usize)) as i64;
        let instant = Timestamp::from_second(second).map_err(|error| error.to_string())?;
        let zone = TimeZone::get(self.pick(ZONES)).map_err(|error| error.to_string())?;
        let order = [None, Some(Order::MonthFirst), Some(Order::DayFirst)][self.below(3)];
        Ok(Now::new(instant, zone, order))
    }

    fn keep(&mut self, text: &str) -> Vec<Range<usize>> {
        let length = text.chars().count();
        match self.below(6) {
            0 => {
                let from = self.below(length + 3);
                std::iter::once(from..from + self.below(9)).collect()
            }
            _ => Vec::new(),
        }
    }
}
