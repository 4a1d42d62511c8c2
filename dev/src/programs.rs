//! The programs behind `--full`: built and fetched once per user.

use std::path::Path;

use full::Programs;

use crate::files;
use crate::project;
use crate::step::Step;
use crate::tools;

/// What the sidecar is made of. The built program has its checksum in its name, so a change builds anew.
const DAPRD: [&str; 3] =
    [include_str!("../full/daprd/main.go"), include_str!("../full/daprd/go.mod"), include_str!("../full/daprd/go.sum")];
const KAFKA: &str = include_str!("../full/kafka/pom.xml");

/// Where they are, after making what is missing.
pub async fn get() -> anyhow::Result<Programs> {
    let cache = files::cache()?;
    let daprd = cache.join(format!("daprd-{:016x}", store::checksum(&DAPRD.concat())));
    let kafka = cache.join(format!("kafka-{:016x}", store::checksum(KAFKA)));
    if !daprd.exists() {
        let step = Step::begin("building Dapr's sidecar 1.14 (once, some minutes)");
        files::make_once(&daprd, async |path| {
            let source = text(&project::root().join("dev/full/daprd"));
            let arguments = ["-C", &source, "build", "-trimpath", "-ldflags=-s -w", "-o", &text(path), "."];
            tools::output("go", &arguments).await.map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", daprd.display()));
    }
    if !kafka.exists() {
        let step = Step::begin("getting Kafka 4.1");
        files::make_once(&kafka, async |path| {
            let source = text(&project::root().join("dev/full/kafka/pom.xml"));
            let output = format!("-DoutputDirectory={}", path.display());
            tools::output("mvn", &["-q", "-B", "-f", &source, "dependency:copy-dependencies", &output]).await.map(drop)
        })
        .await?;
        step.end(&format!("kept in {}", kafka.display()));
    }
    Ok(Programs { daprd, kafka })
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
