//! Comparison with python-dateutil: `../recurrence.py` writes the table.

use domain::{Anchor, Occurrence, Rule, TimeOrDay};
use serde_json::{Value, json};

use super::{all, due, rule};

const SHOWN: usize = 5;

#[test]
fn dateutil_computes_the_same_occurrences() {
    let table: Vec<Value> =
        serde_json::from_str(include_str!("../recurrence.json")).expect("the table is JSON");
    assert!(table.len() > 300);
    for case in table {
        let rule = rule(case["rule"].clone());
        assert_eq!(json!(occurrences(&rule, case["after"].as_str())), case["occurrences"], "{case}");
    }
}

fn occurrences(rule: &Rule, after: Option<&str>) -> Vec<Value> {
    // With the anchor completion, the table has only the next occurrence.
    let count = if rule.parts().anchor == Anchor::Completion { 1 } else { SHOWN };
    match after {
        Some(after) => rule.all_after(due(after)).take(count).map(to_table_format).collect(),
        None => all(rule).take(count).map(to_table_format).collect(),
    }
}

/// Formats an occurrence as the table does.
fn to_table_format(occurrence: Occurrence) -> Value {
    let due = match occurrence.due_date {
        TimeOrDay::At(instant) => instant.to_string(),
        TimeOrDay::On(date) => date.to_string(),
    };
    match occurrence.adjustment {
        Some(adjustment) => json!({ due: adjustment }),
        None => json!(due),
    }
}
