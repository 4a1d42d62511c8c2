//! Scores the understanding of sentences on files of cases, and says of each difference by which rule the
//! answer differs, or that it is wrong.

mod arguments;
mod case;
mod fuzz;
mod invariants;
mod rules;
mod say;
mod score;
mod speed;
mod verdict;

use std::path::Path;

pub use case::Case;
pub use fuzz::fuzz;
pub use invariants::broken;
pub use rules::Rule;
pub use say::say;
pub use verdict::{Kind, Verdict, judge};

/// Reads the cases of a file, one a line.
pub fn read(path: &Path) -> Result<Vec<Case>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            Case::parse(line).map_err(|error| format!("{}, line {number}: {error}", path.display()))
        })
        .collect()
}

/// Judges cases, and prints the differences, the rates and the time that long texts take. Returns true if all
/// own cases are right, no date was found where there is none, and the rates are high enough.
pub fn print(cases: &[Case]) -> bool {
    let mut score = score::Score::default();
    for case in cases {
        score.add(case, judge(case));
    }
    score.print();
    speed::measure(cases);
    score.passes()
}
