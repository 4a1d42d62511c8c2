//! `cargo dev ci`: every check that a change must pass, and the time that each takes.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::command::{build, clients, cluster, contract, mcp};
use crate::programs;
use crate::project;
use crate::tools;

/// Native code is linted while it is compiled, as by `cargo clippy -- --deny warnings`, so that nothing is
/// compiled twice. `.ci/run` builds this command with the same two variables.
const LINTS: [(&str, &str); 2] = [
    ("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"),
    ("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"),
];

/// A group of checks.
struct Lane {
    name: &'static str,
    /// Share of the whole run when it was last measured, in percent. Machines differ in speed, but hardly in
    /// shares.
    share: f64,
    command: &'static [&'static str],
}

/// Compiling is a lane of its own, before these.
const LANES: [Lane; 11] = [
    Lane { name: "tests", share: 20.0, command: &["cargo", "dev", "test"] },
    Lane {
        name: "cases of sentences",
        share: 0.0,
        command: &["python3", "crates/language/cases/make.py", "--check"],
    },
    Lane { name: "language", share: 5.0, command: &["cargo", "dev", "judge", "--fuzz", "60"] },
    Lane { name: "tour", share: 6.0, command: &["cargo", "dev", "tour"] },
    Lane { name: "client library", share: 8.0, command: &["cargo", "dev", "clients"] },
    Lane { name: "MCP clients", share: 3.0, command: &["cargo", "dev", "mcp"] },
    Lane { name: "faults", share: 4.0, command: &["cargo", "dev", "faults", "--short"] },
    Lane { name: "chart", share: 3.0, command: &["cargo", "dev", "cluster"] },
    Lane { name: "contract", share: 4.0, command: &["cargo", "dev", "contract"] },
    Lane { name: "tests with Kafka and Dapr", share: 21.0, command: &["cargo", "dev", "test", "--full"] },
    Lane {
        name: "events with Redis and Dapr",
        share: 8.0,
        command: &["cargo", "dev", "test", "--full", "--broker", "redis", "events::"],
    },
];
const FORMATTING: Lane =
    Lane { name: "formatting", share: 1.0, command: &["cargo", "fmt", "--all", "--check"] };
const WORKFLOWS: Lane = Lane {
    name: "workflows",
    share: 1.0,
    command: &["go", "run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"],
};
const COMPILING: Lane = Lane { name: "compiling, with lints", share: 24.0, command: &[] };

const BUILD_CLI: &[&str] =
    &["cargo", "build", "--release", "--package", "taskflow", "--target", "x86_64-unknown-linux-musl"];
const MAX_CLI_BYTES: u64 = 15_000_000;

pub async fn run() -> anyhow::Result<()> {
    let mut report = Report::default();
    let result = run_lanes(&mut report).await;
    report.print();
    result
}

async fn run_lanes(report: &mut Report) -> anyhow::Result<()> {
    for lane in [&FORMATTING, &WORKFLOWS] {
        report.time(lane, run_command(lane.command)).await?;
    }
    // Downloads and the compilers of other languages use what rustc leaves of the cores.
    let others = async {
        let languages = async { tokio::try_join!(clients::install(), mcp::clients(), contract::tester()) };
        // Go's compiler does one after the other.
        let go = async {
            tokio::try_join!(programs::daprd(), programs::kafka(), programs::redis())?;
            programs::oras().await?;
            cluster::install().await
        };
        tokio::try_join!(languages, go).map(drop)
    };
    report.time(&COMPILING, async { tokio::try_join!(compile(), others).map(drop) }).await?;
    for lane in &LANES {
        report.time(lane, run_command(lane.command)).await?;
    }
    Ok(())
}

async fn compile() -> anyhow::Result<()> {
    build::functions(&[project::FUNCTIONS, &["guest"]].concat()).await?;
    run_command(&["cargo", "test", "--workspace", "--tests", "--no-run"]).await?;
    run_command(BUILD_CLI).await?;
    let size = std::fs::metadata(project::target().join("x86_64-unknown-linux-musl/release/taskflow"))?.len();
    ensure!(
        size < MAX_CLI_BYTES,
        "the binary `taskflow` has {size} bytes; it should be under {MAX_CLI_BYTES}"
    );
    Ok(())
}

async fn run_command(command: &[&str]) -> anyhow::Result<()> {
    let (program, arguments) = command.split_first().context("a lane names a program")?;
    tools::run(program, arguments, LINTS).await
}

#[derive(Default)]
struct Report {
    lanes: Vec<(&'static Lane, Duration)>,
}

impl Report {
    async fn time(
        &mut self,
        lane: &'static Lane,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        eprintln!("── {}", lane.name);
        let began = Instant::now();
        let result = work.await;
        self.lanes.push((lane, began.elapsed()));
        result
    }

    fn print(&self) {
        let total: f64 = self.lanes.iter().map(|(_, time)| time.as_secs_f64()).sum();
        for (lane, time) in &self.lanes {
            let share = time.as_secs_f64() / total * 100.0;
            let grew = if share > lane.share * 1.3 + 2.0 {
                format!(" (it was {} %)", lane.share)
            } else {
                String::new()
            };
            println!("{:>7.1} s  {share:>4.1} %  {}{grew}", time.as_secs_f64(), lane.name);
        }
    }
}
