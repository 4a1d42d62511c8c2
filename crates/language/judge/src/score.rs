//! Rates of agreement.

use std::collections::BTreeMap;

use crate::verdict::Kind;
use crate::{Case, Verdict};

/// Share of answers that must be right.
struct Target {
    /// The only corpus that counts; the labels of others are noisy.
    corpus: Option<&'static str>,
    kind: Kind,
    least: f64,
}

const TARGETS: [Target; 4] = [
    Target { corpus: None, kind: Kind::Date, least: 0.98 },
    Target { corpus: None, kind: Kind::Title, least: 0.97 },
    Target { corpus: None, kind: Kind::OutOfScope, least: 0.99 },
    Target { corpus: Some("clinc"), kind: Kind::Operation, least: 0.95 },
];

/// Verdicts by corpus and kind.
#[derive(Default)]
pub struct Score {
    counts: BTreeMap<(String, Kind), [usize; 3]>,
    differences: Vec<(Kind, String, String, Verdict)>,
}

impl Score {
    /// Adds the verdicts on a case.
    pub fn add(&mut self, case: &Case, verdicts: Vec<(Kind, Verdict)>) {
        let corpus = case.id.split('-').next().unwrap_or_default().to_owned();
        for (kind, verdict) in verdicts {
            let counts = self.counts.entry((corpus.clone(), kind)).or_default();
            counts[match verdict {
                Verdict::Agrees => 0,
                Verdict::Ours(_) => 1,
                Verdict::Wrong(_) => 2,
            }] += 1;
            if verdict != Verdict::Agrees {
                self.differences.push((
                    kind,
                    format!("{} [{}]", case.id, case.label),
                    case.text.clone(),
                    verdict,
                ));
            }
        }
    }

    /// True if nothing is wrong that has to be right, own cases and texts without a date, and all targets are
    /// reached.
    pub fn passes(&self) -> bool {
        let is_right = |((_, kind), counts): (&(String, Kind), &[usize; 3])| {
            counts[2] == 0 || !matches!(kind, Kind::Own | Kind::Negative)
        };
        self.counts.iter().all(is_right) && TARGETS.iter().all(|target| self.reaches(target))
    }

    fn reaches(&self, target: &Target) -> bool {
        let is_meant = |corpus: &str, kind: Kind| {
            kind == target.kind && target.corpus.is_none_or(|expected| corpus == expected)
        };
        let (mut right, mut all) = (0_usize, 0_usize);
        for ((corpus, kind), [agree, ours, wrong]) in &self.counts {
            if is_meant(corpus, *kind) {
                right += agree + ours;
                all += agree + ours + wrong;
            }
        }
        right as f64 >= target.least * all as f64
    }

    /// Prints the disagreements and the rates.
    pub fn print(&self) {
        for (kind, id, text, verdict) in &self.differences {
            match verdict {
                Verdict::Ours(rule) => {
                    println!("ours   {kind:?} {id}: {text}\n       by {rule}")
                }
                Verdict::Wrong(reason) => println!("wrong  {kind:?} {id}: {text}\n       {reason}"),
                Verdict::Agrees => {}
            }
        }
        println!(
            "{:<22} {:<12} {:>6} {:>6} {:>6} {:>8} {:>8}",
            "corpus", "kind", "agree", "ours", "wrong", "agree %", "right %"
        );
        let mut totals = BTreeMap::<Kind, [usize; 3]>::new();
        for ((corpus, kind), counts) in &self.counts {
            print_line(corpus, *kind, counts);
            let total = totals.entry(*kind).or_default();
            for (sum, count) in total.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        for (kind, counts) in &totals {
            print_line("all", *kind, counts);
        }
    }
}

fn print_line(corpus: &str, kind: Kind, counts: &[usize; 3]) {
    let [agree, ours, wrong] = counts;
    let total = (agree + ours + wrong).max(1) as f64;
    println!(
        "{corpus:<22} {:<12} {agree:>6} {ours:>6} {wrong:>6} {:>8.1} {:>8.1}",
        format!("{kind:?}"),
        *agree as f64 / total * 100.0,
        (agree + ours) as f64 / total * 100.0
    );
}
