//! Texts that nobody has written: words that matter in any order, and any characters.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use judge::broken;
use language::{Now, Order};
use proptest::prelude::*;
use proptest::sample::select;

const WORDS: &[&str] = &[
    "call",
    "mom",
    "pay rent",
    "the report",
    "tomorrow",
    "next friday",
    "last monday",
    "on the 31st",
    "4/3",
    "at 5",
    "5pm",
    "tonight",
    "in 90 minutes",
    "every other week",
    "every! 3 days",
    "until may",
    "remind me an hour before",
    "#home",
    "p1",
    "urgent",
    "and",
    "then",
    ",",
    ".",
    "?",
    "\"",
    "(",
    "no",
    "mark",
    "as done",
    "delete",
    "all",
    "move",
    "to",
    "rename",
    "what's overdue",
    "show",
    "my list",
    "between",
    "from",
    "starting",
    "feb 29",
    "02:30",
];

const ZONES: &[&str] =
    &["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"];

fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![4 => select(WORDS).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(word, 0..10).prop_map(|words| words.join(" "))
}

/// A present in a zone, within a year with several changes of clocks.
fn any_now() -> impl Strategy<Value = Now> {
    let orders = vec![None, Some(Order::MonthFirst), Some(Order::DayFirst)];
    (1_770_000_000..1_810_000_000_i64, select(ZONES), select(orders)).prop_map(|(second, zone, order)| {
        Now::new(Timestamp::from_second(second).unwrap(), TimeZone::get(zone).unwrap(), order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_text_keeps_the_rules(text in any_text(), now in any_now()) {
        prop_assert_eq!(broken(&text, &[], &now), None);
    }

    #[test]
    fn pinned_words_stay(text in any_text(), now in any_now(), from in 0..40_usize, length in 0..20_usize) {
        let passage = from..from + length;
        prop_assert_eq!(broken(&text, std::slice::from_ref(&passage), &now), None);
    }
}
