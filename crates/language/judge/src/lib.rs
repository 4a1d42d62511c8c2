//! Scores the understanding of sentences on files of cases, and says of each disagreement by which rule the answer
//! differs, or that it is wrong.

mod case;
mod say;
mod score;
mod verdict;

use std::process::ExitCode;

pub use case::Case;
pub use say::say;
pub use verdict::{Verdict, judge};

/// Judges files and prints the rates.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut score = score::Score::default();
    let is_verbose = arguments.iter().any(|argument| argument == "-v");
    for path in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: cannot read {path}: {error}");
                return ExitCode::FAILURE;
            }
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match Case::parse(line) {
                Ok(case) => score.add(&case, judge(&case)),
                Err(error) => {
                    eprintln!("error: {path}: {error}: {line}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    score.print(is_verbose);
    ExitCode::SUCCESS
}
