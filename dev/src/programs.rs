//! The programs for `--full`, which are built and downloaded once per user.

use std::path::Path;

use full::Programs;

use crate::files;
use crate::project;
use crate::step::Step;
use crate::tools;

/// Sources of `daprd`. Their checksum is part of the program's file name, so a change leads to a new build.
const DAPRD: [&str; 3] = [
    include_str!("../full/daprd/main.go"),
    include_str!("../full/daprd/go.mod"),
    include_str!("../full/daprd/go.sum"),
];
const KAFKA: &str = include_str!("../full/kafka/pom.xml");

/// Installs missing programs, and returns the paths of all.
pub async fn get() -> anyhow::Result<Programs> {
    let cache = files::cache_folder()?;
    let daprd = cache.join(format!("daprd-{:016x}", store::checksum(&DAPRD.concat())));
    let kafka = cache.join(format!("kafka-{:016x}", store::checksum(KAFKA)));
    if !daprd.exists() {
        let step = Step::begin("building Dapr's sidecar 1.14 (once, takes some minutes)");
        files::create_once(&daprd, async |path| {
            let source = to_text(&project::root().join("dev/full/daprd"));
            let arguments =
                ["-C", &source, "build", "-trimpath", "-ldflags=-s -w", "-o", &to_text(path), "."];
            tools::output("go", &arguments).await.map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", daprd.display()));
    }
    if !kafka.exists() {
        let step = Step::begin("downloading Kafka 4.1 (once)");
        files::create_once(&kafka, async |path| {
            let source = to_text(&project::root().join("dev/full/kafka/pom.xml"));
            let output = format!("-DoutputDirectory={}", path.display());
            tools::output("mvn", &["-q", "-B", "-f", &source, "dependency:copy-dependencies", &output])
                .await
                .map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", kafka.display()));
    }
    Ok(Programs { daprd, kafka })
}

fn to_text(path: &Path) -> String {
    path.display().to_string()
}
