//! Rules by which our answers differ from those that other data expects.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

/// Rule, by its number in the table of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(usize);

const RULES: [&str; 16] = [
    "\u{201c}next friday\u{201d} asks while this week's is still to come",
    "words with two readings, and times that have passed, ask",
    "parts of the day are 9, 15, 18 and 20 o'clock",
    "without am or pm, 1 to 6 without minutes is the afternoon, all else the 24-hour clock",
    "a new date lies ahead; a date without a year is the next such date",
    "a time without a day is its next occurrence",
    "days, weeks, months and years are counted without a time",
    "an adjective of a repetition stays in the title, as in \u{201c}annual review\u{201d}",
    "\u{201c}last day\u{201d} without a period is no date",
    "a verb that is no order to a list of tasks begins a title",
    "a question is answered and changes nothing",
    "an order is an order, although the label says that it asks",
    "a question about something that no list of tasks knows is unknown",
    "of several wishes, the first comes first",
    "a statement is a title, and so is a sentence that says nothing clear",
    "a form that hardly anybody uses gets no rule of its own",
];

/// Differences that nothing in a case itself explains: its identifier and the rule.
const REASONS: &str = include_str!("../../cases/reasons.jsonl");

impl Rule {
    pub(crate) const NEXT_WEEKDAY: Self = Self(1);
    pub(crate) const ASKS: Self = Self(2);
    pub(crate) const PARTS: Self = Self(3);
    pub(crate) const CLOCK: Self = Self(4);
    pub(crate) const AHEAD: Self = Self(5);
    pub(crate) const NEXT_TIME: Self = Self(6);
    pub(crate) const DAYS: Self = Self(7);
    pub(crate) const ADJECTIVE: Self = Self(8);
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.checked_sub(1).and_then(|index| RULES.get(index)).copied().unwrap_or_default();
        write!(f, "rule {}: {text}", self.0)
    }
}

/// Returns the rule that explains the difference of a case.
pub(crate) fn reason(id: &str) -> Option<Rule> {
    static TABLE: OnceLock<HashMap<String, Rule>> = OnceLock::new();
    TABLE.get_or_init(|| reasons().into_iter().collect()).get(id).copied()
}

fn reasons() -> Vec<(String, Rule)> {
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).ok()?;
        let rule = usize::try_from(row.get("rule")?.as_u64()?).ok()?;
        Some((row.get("id")?.as_str()?.to_owned(), Rule(rule)))
    };
    REASONS.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_names_a_case_once_and_a_rule_that_exists() {
        let rows = reasons();
        assert_eq!(rows.len(), REASONS.lines().count());
        assert!(rows.iter().all(|(_, rule)| (1..=RULES.len()).contains(&rule.0)), "{rows:?}");
        let names: std::collections::HashSet<_> = rows.iter().map(|(id, _)| id).collect();
        assert_eq!(names.len(), rows.len());
    }
}
