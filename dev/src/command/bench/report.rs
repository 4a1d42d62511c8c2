//! The table of what was measured.

use std::fmt::Write;

use super::load::Measured;
use super::{CONNECTIONS, Memory, Outcome};

/// The report, as Markdown.
pub fn write(outcomes: &[Outcome], memory: Memory) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "# What `cargo dev bench` measured\n")?;
    writeln!(
        text,
        "{CONNECTIONS} connections that each send one request after the other; load generator, servers and Postgres \
         share the machine: {}. No request failed.\n",
        machine()
    )?;
    writeln!(text, "| scenario | who | requests/s | p50 ms | p95 ms | p99 ms | TaskFlow's share |")?;
    writeln!(text, "|---|---|--:|--:|--:|--:|--:|")?;
    for outcome in outcomes {
        let taskflow = &outcome.taskflow;
        if let Some(postgres) = &outcome.postgres {
            row(&mut text, outcome.scenario.name, "Postgres alone", postgres, Some(taskflow))?;
        }
        row(&mut text, outcome.scenario.name, "native server", &outcome.native, Some(taskflow))?;
        row(&mut text, outcome.scenario.name, "**TaskFlow**", taskflow, None)?;
    }
    writeln!(
        text,
        "\nMemory: at rest {} MiB for the host and {} MiB for Postgres; after the load {} MiB for the host, {} MiB for \
         the native server.",
        memory.host_at_rest, memory.database_at_rest, memory.host, memory.native
    )?;
    Ok(text)
}

fn row(
    text: &mut String,
    scenario: &str,
    who: &str,
    measured: &Measured,
    taskflow: Option<&Measured>,
) -> anyhow::Result<()> {
    let share = taskflow.map(|taskflow| format!("{:.2}", taskflow.rate() / measured.rate())).unwrap_or_default();
    writeln!(
        text,
        "| {scenario} | {who} | {:.0} | {:.1} | {:.1} | {:.1} | {share} |",
        measured.rate(),
        measured.percentile(0.50),
        measured.percentile(0.95),
        measured.percentile(0.99)
    )?;
    Ok(())
}

/// What the machine is, as far as its kernel tells.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = value(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".into());
    let kib: u64 = value(&read("/proc/meminfo"), "MemTotal")
        .and_then(|total| total.trim_end_matches(" kB").parse().ok())
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {processor}, {} GiB, Linux {}", kib / 1024 / 1024, kernel.trim())
}
