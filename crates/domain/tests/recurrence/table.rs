//! What another implementation says of the same rules: `../recurrence.py` writes the table, with python-dateutil.

use domain::{Anchor, DueDate, Occurrence, Rule};
use serde_json::{Value, json};

use super::{all, due, rule};

const SHOWN: usize = 5;

#[test]
fn dateutil_says_the_same() {
    let table: Vec<Value> = serde_json::from_str(include_str!("../recurrence.json")).expect("the table is JSON");
    assert!(table.len() > 300);
    for case in table {
        let rule = rule(case["rule"].clone());
        assert_eq!(json!(occurrences(&rule, case["after"].as_str())), case["occurrences"], "{case}");
    }
}

fn occurrences(rule: &Rule, after: Option<&str>) -> Vec<Value> {
    // Of what is counted from completion, the table knows the next one.
    let count = if rule.parts().anchor == Anchor::Completion { 1 } else { SHOWN };
    match after {
        Some(after) => rule.all_after(due(after)).take(count).map(written).collect(),
        None => all(rule).take(count).map(written).collect(),
    }
}

/// When it is due, and with what adjustment if there is one.
fn written(occurrence: Occurrence) -> Value {
    let due = match occurrence.due_date {
        DueDate::At(instant) => instant.to_string(),
        DueDate::On(date) => date.to_string(),
    };
    match occurrence.adjustment {
        Some(adjustment) => json!({ due: adjustment }),
        None => json!(due),
    }
}
