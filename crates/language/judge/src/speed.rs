//! Time that an understanding takes.

use std::time::{Duration, Instant};

use language::{Now, understand};

use crate::Case;

/// Characters of the longest text.
const LONGEST: usize = 2000;

/// Rounds over all texts.
const ROUNDS: usize = 20;

/// Passages that make rules look far ahead where they are repeated.
const REPEATED: [&str; 6] = ["'a ", "a@b ", "#tag ", ", tomorrow ", "mon tue ", "and call mom friday "];

/// Prints how long texts of 2,000 characters take, which are made of the sentences of the cases, or repeat
/// a passage. A text counts with the median of its rounds, as other programs on the machine take time too.
pub fn measure(cases: &[Case]) {
    let texts = long_texts(cases);
    let Some(now) = cases.first().map(|case| &case.now) else { return };
    let mut medians: Vec<Duration> = texts.iter().map(|text| median(text, now)).collect();
    medians.sort_unstable();
    let at = |share: f64| medians.get((medians.len() as f64 * share) as usize).copied().unwrap_or_default();
    let longest = medians.last().copied().unwrap_or_default();
    println!(
        "{LONGEST} characters, {} texts: p50 {:?}, p99 {:?}, longest {longest:?}",
        texts.len(),
        at(0.5),
        at(0.99)
    );
}

fn median(text: &str, now: &Now) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(understand(text, &[], now));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// Joins the sentences of cases to texts of the greatest length.
fn long_texts(cases: &[Case]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for case in cases {
        match texts.last_mut().filter(|text| text.chars().count() + case.text.chars().count() < LONGEST) {
            Some(text) => *text = format!("{text} {}", case.text),
            None => texts.push(case.text.clone()),
        }
    }
    texts.extend(REPEATED.map(|piece| piece.repeat(LONGEST / piece.len())));
    texts
}
