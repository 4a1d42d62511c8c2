//! `cargo dev judge`: scores the understanding of sentences on files of cases.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::project;
use crate::step::Step;
use crate::tools;

/// Maximum size of what a browser loads, with gzip.
const MAX_BROWSER_BYTES: usize = 150_000;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files of cases, JSON Lines; more than the project's own, which are always judged
    files: Vec<PathBuf>,
    /// Also mix texts of the cases for so many seconds, and check what holds for every text
    #[arg(long, value_name = "SECONDS")]
    fuzz: Option<u64>,
    /// Seed of the mixed texts: another one mixes others
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also build the Wasm for browsers, and check its size, its answers and its speed (with Node)
    #[arg(long)]
    browser: bool,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let own = project::root().join("crates/language/cases/own.jsonl");
    let mut cases = judge::read(&own).map_err(|error| anyhow!(error))?;
    for file in &arguments.files {
        cases.extend(judge::read(file).map_err(|error| anyhow!(error))?);
    }
    ensure!(judge::print(&cases), "too many cases are wrong: see the lines above");
    if let Some(seconds) = arguments.fuzz {
        let step = Step::begin("mixing texts");
        let count = judge::fuzz(&cases, Duration::from_secs(seconds), arguments.seed)
            .map_err(|error| anyhow!("a text breaks a rule: {error}"))?;
        step.end(&format!("{count} texts broke no rule"));
    }
    if arguments.browser {
        check_browser(&own).await?;
    }
    Ok(())
}

/// Builds the Wasm for browsers, and checks it in Node, which has the engine of Chromium.
async fn check_browser(cases: &Path) -> anyhow::Result<()> {
    let step = Step::begin("building the Wasm for browsers");
    tools::ensure_target(tools::BROWSER_TARGET).await?;
    let build =
        ["build", "--profile", "browser", "--target", tools::BROWSER_TARGET, "--package", "language-browser"];
    tools::run("cargo", &build, [("RUSTC_WORKSPACE_WRAPPER", "")]).await?;
    let file = project::target().join(tools::BROWSER_TARGET).join("browser/language_browser.wasm");
    let module = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&module)?;
    let size = gzip.finish()?.len();
    step.end(&format!("{} bytes, {size} with gzip", module.len()));
    ensure!(size <= MAX_BROWSER_BYTES, "it should have at most {MAX_BROWSER_BYTES} bytes with gzip");
    let check = project::root().join("crates/language/browser/check.mjs");
    let arguments = [check.as_path(), &file, cases].map(|path| path.display().to_string());
    let nothing = [] as [(&str, &str); 0];
    tools::run("node", &arguments.each_ref().map(String::as_str), nothing).await
}
