//! The report of the results of both databases.

use std::fmt::Write;

use super::sizes::Table;
use super::{CROWD_USERS, Comparison, Results, Slowest};
use crate::CONNECTIONS;
use crate::postgres::SlowestList;
use crate::report::{machine, row};

/// Most times by which a 95th percentile may grow.
const MOST: f64 = 1.3;

/// Units of data on disk: the name, the tables, the first of which counts the units, and their number.
const COSTS: [(&str, &[&str], f64); 5] = [
    ("a user, without tasks", &["users", "sessions", "tokens", "high_water_marks"], 1.0),
    ("1000 tasks", &["tasks"], 1000.0),
    (
        "1000 tasks, with all that belongs to them",
        &["tasks", "series", "reminders", "notifications", "used_ids", "tombstones"],
        1000.0,
    ),
    ("1000 events in the audit trail", &["audit"], 1000.0),
    ("1000 events that a consumer has taken, for 8 days", &["consumed_events"], 1000.0),
];

/// Writes the report, as Markdown.
pub fn write(results: &Results) -> anyhow::Result<String> {
    let Results { comparisons, hoarder, slowest, tables: [empty, filled] } = results;
    let added = |name: &str| rows(filled, name) - rows(empty, name);
    let mut text = String::new();
    writeln!(text, "# What `cargo dev bench --scale` measured\n")?;
    writeln!(
        text,
        "Each scenario runs twice in one run, with the same users: beside next to no other data (empty), and \
         beside {} users with {} tasks, {} series, {} reminders and {} audit rows (filled). {CONNECTIONS} \
         connections, 50 for tools, and a crowd of {CROWD_USERS}; load generator, host and Postgres share the machine: {}.\n",
        added("users"),
        added("tasks"),
        added("series"),
        added("reminders"),
        added("audit"),
        machine()
    )?;
    writeln!(text, "| scenario | database | requests/s | p50 ms | p95 ms | p99 ms | p95, times empty |")?;
    writeln!(text, "|---|---|--:|--:|--:|--:|--:|")?;
    for Comparison { scenario, empty, filled } in comparisons {
        row(&mut text, scenario, "empty", empty, None)?;
        let times = filled.percentile(0.95) / empty.percentile(0.95);
        row(&mut text, scenario, "**filled**", filled, Some(times))?;
    }
    row(&mut text, "lists of 50 000 tasks", "**filled**", hoarder, None)?;

    writeln!(text, "\n| slowest list in Postgres alone, of a user with | p95 ms | list |\n|---|--:|---|")?;
    for Slowest { of, list: SlowestList { line, p95, .. } } in slowest {
        writeln!(text, "| {of} | {p95:.1} | {} |", line.trim_start_matches("GET /api/tasks?"))?;
    }
    targets(&mut text, comparisons, slowest)?;

    writeln!(text, "\n| on disk, with indexes | kB |\n|---|--:|")?;
    for (unit, names, count) in COSTS {
        let bytes: i64 = names.iter().map(|name| bytes(filled, name) - bytes(empty, name)).sum();
        let units = added(names[0]) as f64 / count;
        writeln!(text, "| {unit} | {:.1} |", bytes as f64 / units / 1000.0)?;
    }
    writeln!(text, "\n| largest tables, with indexes | rows | MB |\n|---|--:|--:|")?;
    for Table { name, bytes, rows } in filled.iter().take(10) {
        writeln!(text, "| {name} | {rows} | {:.1} |", *bytes as f64 / 1e6)?;
    }
    Ok(text)
}

/// Writes the targets, and which of them were reached.
fn targets(text: &mut String, comparisons: &[Comparison], slowest: &[Slowest]) -> anyhow::Result<()> {
    let verdict = |reached: bool| if reached { "yes" } else { "**no**" };
    writeln!(text, "\n| target | measured | reached? |\n|---|---|---|")?;
    let times =
        |comparison: &Comparison| comparison.filled.percentile(0.95) / comparison.empty.percentile(0.95);
    let most = comparisons.iter().max_by(|one, other| times(one).total_cmp(&times(other)));
    if let Some(most) = most {
        let (scenario, times) = (most.scenario, times(most));
        let reached = verdict(times <= MOST);
        writeln!(text, "| no p95 more than {MOST} times | {times:.2} for {scenario} | {reached} |")?;
    }
    let failed: usize = comparisons.iter().map(|one| one.empty.failures().0 + one.filled.failures().0).sum();
    writeln!(text, "| no request failed | {failed} failed | {} |", verdict(failed == 0))?;
    // Nobody has promised anything to the one with 50 000 tasks.
    for Slowest { of, list } in slowest.iter().filter(|slowest| slowest.of.starts_with("10 000")) {
        let SlowestList { line, p95, longest } = list;
        let (reached, line) = (verdict(p95 < longest), line.trim_start_matches("GET /api/tasks?"));
        writeln!(
            text,
            "| every list in Postgres, of a user with {of}: p95 below 15 ms, `search=b` below 18 \
             | {p95:.1} ms for {line} | {reached} |"
        )?;
    }
    Ok(())
}

fn bytes(tables: &[Table], name: &str) -> i64 {
    tables.iter().filter(|table| table.name == name).map(|table| table.bytes).sum()
}

fn rows(tables: &[Table], name: &str) -> i64 {
    tables.iter().filter(|table| table.name == name).map(|table| table.rows).sum()
}
