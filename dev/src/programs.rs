//! The programs behind `--full`: built and fetched once per user.

use std::path::{Path, PathBuf};

use anyhow::Context;
use full::Programs;

use crate::files;
use crate::project;
use crate::step::Step;
use crate::tools;

/// What the sidecar is made of; its folder is named after it, as after the version.
const DAPRD: [&str; 3] =
    [include_str!("../full/daprd/main.go"), include_str!("../full/daprd/go.mod"), include_str!("../full/daprd/go.sum")];
const KAFKA: &str = include_str!("../full/kafka/pom.xml");

/// Where they are, after making what is missing.
pub async fn get() -> anyhow::Result<Programs> {
    let cache = files::cache()?;
    std::fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let daprd = cache.join(format!("daprd-{:016x}", store::checksum(&DAPRD.concat())));
    let kafka = cache.join(format!("kafka-{:016x}", store::checksum(KAFKA)));
    if !daprd.exists() {
        let step = Step::begin("building Dapr's sidecar 1.14 (once, some minutes)");
        make(&daprd, async |path| {
            let source = text(&project::root().join("dev/full/daprd"));
            let arguments = ["-C", &source, "build", "-trimpath", "-ldflags=-s -w", "-o", &text(path), "."];
            tools::output("go", &arguments).await.map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", daprd.display()));
    }
    if !kafka.exists() {
        let step = Step::begin("getting Kafka 4.1");
        make(&kafka, async |path| {
            let source = text(&project::root().join("dev/full/kafka/pom.xml"));
            let output = format!("-DoutputDirectory={}", path.display());
            tools::output("mvn", &["-q", "-B", "-f", &source, "dependency:copy-dependencies", &output]).await.map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", kafka.display()));
    }
    Ok(Programs { daprd, kafka })
}

/// Makes it beside its place and then moves it there, so that half of it is never taken for all.
async fn make(place: &Path, make: impl AsyncFnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let beside = PathBuf::from(format!("{}.{}", place.display(), std::process::id()));
    make(&beside).await?;
    std::fs::rename(&beside, place).with_context(|| format!("cannot make {}", place.display()))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
