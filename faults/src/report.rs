//! The report of all rounds.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use crate::ledger::{Kind, Problem};
use crate::round::{Outcome, RECOVERS_WITHIN};

/// Most problems to show.
const SHOWN: usize = 20;

/// Writes the numbers of a round, as Markdown.
pub fn table(outcome: &Outcome) -> String {
    let mut text = String::from(
        "| drill | seconds | answered | refused | retried | lost | doubled | longest silence | recovered within |\n\
         |---|--:|--:|---|--:|--:|--:|--:|--:|\n",
    );
    for tally in &outcome.tallies {
        let count = |kind| {
            let is_of_it =
                |problem: &&Problem| problem.kind == kind && problem.drill.as_ref() == Some(&tally.drill);
            outcome.problems.iter().filter(is_of_it).count()
        };
        let refused: Vec<_> =
            tally.refused.iter().map(|(status, times)| format!("{times} × {status}")).collect();
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "| {} | {:.1} | {} | {} | {} | {} | {} | {} | {} |",
            tally.drill,
            tally.took.as_secs_f64(),
            tally.answered,
            refused.join(", "),
            tally.retried,
            count(Kind::Lost),
            count(Kind::Doubled),
            seconds(tally.silence),
            seconds(tally.recovered),
        );
    }
    let _ = writeln!(text, "\nEverything had arrived {} after the last write.", seconds(outcome.caught_up));
    text
}

/// Fails if something was lost or doubled, or if an answer was wrong or too late. Says which, and where to
/// look.
pub fn verdict(outcome: &Outcome, folder: &Path) -> anyhow::Result<()> {
    let problems = &outcome.problems;
    if problems.is_empty() {
        return Ok(());
    }
    for Problem { drill, kind, id, difference } in problems.iter().take(SHOWN) {
        let kind = match kind {
            Kind::Lost => "lost",
            Kind::Doubled => "doubled",
            Kind::Wrong => "wrong",
        };
        let drill = drill.as_deref().unwrap_or("a drill");
        println!("{kind} in {drill}: {id}: {difference}");
    }
    if problems.len() > SHOWN {
        println!("… and {} more", problems.len() - SHOWN);
    }
    let count = |kind| problems.iter().filter(|problem| problem.kind == kind).count();
    bail!(
        "{} lost, {} doubled, {} wrong or later than {} s: look for the ids in the logs of hosts and sidecar, and \
         in the database, which are kept in {}",
        count(Kind::Lost),
        count(Kind::Doubled),
        count(Kind::Wrong),
        RECOVERS_WITHIN.as_secs(),
        folder.display()
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
