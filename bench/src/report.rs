//! The report of the results.

use std::fmt::Write;

use crate::events::{self, Drained};
use crate::measurement::Measurement;
use crate::postgres::SlowestList;
use crate::recurrence::RuleLatency;
use crate::scenario::Without;
use crate::streams::Streams;
use crate::world::CROWD;
use crate::{CONNECTIONS, Memory, Outcome, crowd, recurrence, reminders, streams};

/// Writes the report, as Markdown.
pub fn write(outcomes: &[Outcome], memory: Memory, full: bool) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "# What `cargo dev bench{}` measured\n", if full { " --full" } else { "" })?;
    let machine = machine();
    if full {
        writeln!(
            text,
            "Events go through Kafka and Dapr. Those, the load generator, the host and Postgres share \
             the machine: {machine}.\n"
        )?;
    } else {
        writeln!(
            text,
            "{CONNECTIONS} connections that each send one request after the other, and a crowd of {} \
             that pause in between; load generator, servers and Postgres share the machine: {machine}. \
             A request that fails ends the run, except in the crowd.\n",
            CROWD.count
        )?;
    }
    writeln!(text, "| scenario | who | requests/s | p50 ms | p95 ms | p99 ms | TaskFlow's share |")?;
    writeln!(text, "|---|---|--:|--:|--:|--:|--:|")?;
    for outcome in outcomes {
        let (scenario, taskflow) = (outcome.scenario, &outcome.taskflow);
        let others = [
            ("Postgres alone", outcome.postgres.as_ref()),
            ("native server", outcome.native.as_ref()),
            match &outcome.without {
                Some((Without::Publishing, measured)) => ("TaskFlow without publishing", Some(measured)),
                Some((Without::Guards, measured)) => ("TaskFlow without limits and keys", Some(measured)),
                Some((Without::Tools(_), measured)) => ("TaskFlow over plain HTTP", Some(measured)),
                None => ("", None),
            },
        ];
        for (who, measured) in others {
            if let Some(measured) = measured {
                row(&mut text, scenario, who, measured, Some(taskflow.rate() / measured.rate()))?;
            }
        }
        if outcome.drained.is_none() && outcome.rules.is_empty() && scenario != streams::IDLE {
            row(&mut text, scenario, "**TaskFlow**", taskflow, None)?;
        }
    }
    rules(&mut text, outcomes)?;
    targets(&mut text, outcomes, full)?;
    let Memory { host_at_rest, database_at_rest, host, native } = memory;
    let after = if full { String::new() } else { format!(", {native} MiB for the native server") };
    writeln!(
        text,
        "\nMemory: at rest {host_at_rest} MiB for the host and {database_at_rest} MiB for Postgres; \
         after the load {host} MiB for the host{after}."
    )?;
    Ok(text)
}

/// Writes the times of rules, which are too short for milliseconds.
fn rules(text: &mut String, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let mut latencies = outcomes.iter().flat_map(|outcome| &outcome.rules).peekable();
    if latencies.peek().is_some() {
        writeln!(text, "\n| next occurrence of a rule | p50 ns | p95 ns | p99 ns |\n|---|--:|--:|--:|")?;
    }
    for RuleLatency { rule, percentiles: [p50, p95, p99] } in latencies {
        writeln!(text, "| {rule} | {p50:.0} | {p95:.0} | {p99:.0} |")?;
    }
    Ok(())
}

/// Writes the targets, and which of them were reached.
fn targets(text: &mut String, outcomes: &[Outcome], full: bool) -> anyhow::Result<()> {
    writeln!(text, "\n| target | measured | reached? |\n|---|---|---|")?;
    let verdict = |reached: bool| if reached { "yes" } else { "**no**" };
    for Outcome { scenario, postgres, taskflow, without, slowest, drained, rules, streams, .. } in outcomes {
        let rate = taskflow.rate();
        let share_of = |reference: &Option<Measurement>| {
            reference.as_ref().map_or(1.0, |reference| rate / reference.rate())
        };
        let share = without.as_ref().map_or(1.0, |(_, without)| rate / without.rate());
        match *scenario {
            "lists" => {
                let share = share_of(postgres);
                let reached = verdict(share >= 0.8);
                writeln!(
                    text,
                    "| lists of one user's 10 000 tasks / Postgres alone: at least 0.80 | {share:.2} \
                     | {reached} |"
                )?;
                if let Some(SlowestList { line, p95, longest }) = slowest {
                    let reached = verdict(p95 < longest);
                    let line = line.trim_start_matches("GET /api/tasks?");
                    writeln!(
                        text,
                        "| every filter, order and search of it in Postgres: p95 below 15 ms, `search=b` \
                         below 18 | {p95:.1} ms for {line} | {reached} |"
                    )?;
                }
            }
            "list50" => {
                let share = share_of(postgres);
                let reached = verdict(share >= 0.8);
                writeln!(text, "| list50 / Postgres alone: at least 0.80 | {share:.2} | {reached} |")?;
            }
            "create" => {
                let share = share_of(postgres);
                let reached = verdict(share >= 0.75);
                writeln!(
                    text,
                    "| create with its event published / Postgres alone: at least 0.75 | {share:.2} \
                     | {reached} |"
                )?;
            }
            "create-published" => {
                let reached = verdict(share >= 0.85);
                writeln!(
                    text,
                    "| create with publishing / without: at least 0.85 | {share:.2} | {reached} |"
                )?;
            }
            "create-guarded" => {
                let reached = verdict(share >= 0.9);
                writeln!(
                    text,
                    "| create with key and limits / without: at least 0.90 | {share:.2} | {reached} |"
                )?;
            }
            "tool-add_task" => {
                let reached = verdict(share >= 0.8);
                writeln!(
                    text,
                    "| `add_task` of 50 assistants at once / create over HTTP: at least 0.80, none failed \
                     | {share:.2} | {reached} |"
                )?;
            }
            "tools-list" => {
                let reached = verdict(share >= 0.8);
                writeln!(
                    text,
                    "| `tools/list` of 50 assistants at once / `GET /api/auth/me`, which checks a caller \
                     too: at least 0.80 | {share:.2} | {reached} |"
                )?;
            }
            "understand" => {
                let p95 = taskflow.percentile(0.95);
                let reached = verdict(p95 < 20.0);
                writeln!(
                    text,
                    "| `POST /api/understand`, 8 people who type: p95 below 20 ms | {p95:.1} ms | {reached} |"
                )?;
            }
            "one-address" => {
                writeln!(
                    text,
                    "| list50, 200 users of one address, with limits / without: no target | {share:.2} | |"
                )?;
            }
            events::DELAY => {
                let (p95, most) = (taskflow.percentile(0.95), if full { 1000.0 } else { 500.0 });
                let reached = verdict(p95 < most);
                let rate = events::RATE;
                writeln!(
                    text,
                    "| change to audit trail at {rate} changes/s: p95 below {most:.0} ms | {p95:.0} ms \
                     | {reached} |"
                )?;
            }
            recurrence::RULES => {
                let slowest =
                    rules.iter().max_by(|one, other| one.percentiles[1].total_cmp(&other.percentiles[1]));
                if let Some(RuleLatency { rule, percentiles: [_, p95, _] }) = slowest {
                    let reached = verdict(*p95 < 2000.0);
                    writeln!(
                        text,
                        "| next occurrence of a rule: p95 below 2000 ns | {p95:.0} ns for {rule} \
                         | {reached} |"
                    )?;
                }
            }
            recurrence::COMPLETION => {
                let (p95, most) = (taskflow.percentile(0.95), if full { 2000.0 } else { 1000.0 });
                let (missing, rate) = (taskflow.failures().0, recurrence::RATE);
                let reached = verdict(p95 < most && missing == 0);
                writeln!(
                    text,
                    "| completion to next occurrence at {rate} completions/s: p95 below {most:.0} ms, none \
                     missing | {p95:.0} ms, {missing} missing | {reached} |"
                )?;
            }
            reminders::DELAY => {
                let (p95, missing, rate) =
                    (taskflow.percentile(0.95), taskflow.failures().0, reminders::RATE);
                let reached = verdict(p95 < 6000.0 && missing == 0);
                writeln!(
                    text,
                    "| reminder due to notification at {rate} reminders/s: p95 below 6000 ms, none missing \
                     | {p95:.0} ms, {missing} missing | {reached} |"
                )?;
            }
            reminders::MANY_USERS | reminders::ONE_USER => {
                let (last, missing) = (taskflow.percentile(1.0), taskflow.failures().0);
                let reached = verdict(last < 15_000.0 && missing == 0);
                let (count, users) =
                    (reminders::AT_ONCE, if *scenario == reminders::ONE_USER { 1 } else { CROWD.count });
                writeln!(
                    text,
                    "| {count} reminders of {users} users due at once: all there within 15 s \
                     | {:.1} s, {missing} missing | {reached} |",
                    last / 1000.0
                )?;
            }
            streams::FIFTY | streams::FIVE_HUNDRED | streams::PROXIED => {
                let (p95, missing) = (taskflow.percentile(0.95), taskflow.failures().0);
                let (clients, most) = match *scenario {
                    streams::FIFTY => (50, 600.0),
                    streams::FIVE_HUNDRED => (500, 1200.0),
                    _ => (streams::PROXIED_CLIENTS, 250.0),
                };
                let reached = verdict(p95 < most && missing == 0);
                let rate = streams::RATE;
                writeln!(
                    text,
                    "| write to {clients} live clients at {rate} changes/s: p95 below {most:.0} ms, none \
                     missing | {p95:.0} ms, {missing} missing | {reached} |"
                )?;
                idle(text, clients, streams)?;
            }
            streams::IDLE => idle(text, streams::IDLE_CLIENTS, streams)?,
            streams::BURST => {
                let (ms, events) = (taskflow.percentile(1.0), streams.events.unwrap_or_default());
                let reached = verdict(ms < 3000.0);
                writeln!(
                    text,
                    "| {} changes of one user at once: a client has all within 3 s | {:.1} s, {events} events \
                     | {reached} |",
                    streams::CHANGES,
                    ms / 1000.0
                )?;
            }
            events::PUBLISH => {
                let p95 = taskflow.percentile(0.95);
                let reached = verdict(p95 < 50.0);
                writeln!(text, "| publish, meanwhile: p95 below 50 ms | {p95:.1} ms | {reached} |")?;
            }
            events::DRAIN => {
                if let Some(Drained { rate, memory: (before, most) }) = drained {
                    let reached = verdict(*rate >= 2000.0);
                    writeln!(
                        text,
                        "| {} queued events: at least 2000/s into the audit trail | {rate:.0}/s; host \
                         {before} MiB before, {most} MiB at the most | {reached} |",
                        events::QUEUE
                    )?;
                }
            }
            crowd::NAME => {
                let (p95, (failed, first)) = (taskflow.percentile(0.95), taskflow.failures());
                let reached = verdict(p95 < 500.0 && failed == 0);
                // Shortened, and without characters that would break the table.
                let first: String = first
                    .chars()
                    .take(200)
                    .map(|c| if c == '|' || c.is_control() { ' ' } else { c })
                    .collect();
                writeln!(
                    text,
                    "| crowd: p95 below 500 ms, no request failed | {p95:.0} ms, {failed} failed {first} \
                     | {reached} |"
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes what idle clients cost. There is a target for 500 of them.
fn idle(text: &mut String, clients: usize, streams: &Streams) -> anyhow::Result<()> {
    let (Some(cores), Some(kib)) = (streams.cores, streams.kib_per_client) else { return Ok(()) };
    let (target, reached) = match clients {
        500 => ("at most 0.25 cores", if cores <= 0.25 { "yes" } else { "**no**" }),
        _ => ("no target", ""),
    };
    writeln!(
        text,
        "| {clients} idle live clients: {target} | {cores:.2} cores, {kib:.0} KiB each | {reached} |"
    )?;
    Ok(())
}

/// Writes what was measured in a scenario, and perhaps a ratio.
pub fn row(
    text: &mut String,
    scenario: &str,
    who: &str,
    measured: &Measurement,
    ratio: Option<f64>,
) -> anyhow::Result<()> {
    let ratio = ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
    writeln!(
        text,
        "| {scenario} | {who} | {:.0} | {:.1} | {:.1} | {:.1} | {ratio} |",
        measured.rate(),
        measured.percentile(0.50),
        measured.percentile(0.95),
        measured.percentile(0.99)
    )?;
    Ok(())
}

/// Describes the machine.
pub fn machine() -> String {
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
