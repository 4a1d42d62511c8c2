//! Own cases.

use std::path::Path;

use judge::{Verdict, judge, read};

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../cases"))
}

#[test]
fn every_own_case_is_understood() {
    let cases = read(&cases().join("own.jsonl")).unwrap();
    assert!(cases.len() >= 600, "{} cases", cases.len());
    for case in cases {
        for (_, verdict) in judge(&case) {
            assert_eq!(verdict, Verdict::Agrees, "{}: {}", case.id, case.text);
        }
    }
}
