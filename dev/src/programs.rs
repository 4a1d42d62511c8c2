//! The programs for `--full`, which are built and downloaded once per user.

use std::path::Path;

use anyhow::Context;
use full::Programs;
use full::kafka::{Installed, archive_classes, format};

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

/// Installs missing programs, and returns the paths of all. Pushpin has to be installed already.
pub async fn get() -> anyhow::Result<Programs> {
    pushpin().await?;
    let cache = files::cache_folder()?;
    let daprd = cache.join(format!("daprd-{:016x}", frames::checksum(&DAPRD.concat())));
    let kafka = Installed(cache.join(format!("kafka-{:016x}", frames::checksum(KAFKA))));
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
    if !kafka.classes().exists() {
        let step = Step::begin("installing Kafka 4.1 (once)");
        install_kafka(&kafka).await?;
        step.end(&format!("kept in {}", kafka.0.display()));
    }
    Ok(Programs { daprd, kafka })
}

/// Returns the version of Pushpin, if all of its programs are there.
pub async fn pushpin() -> anyhow::Result<String> {
    let mut version = String::new();
    for program in full::pushpin::PROGRAMS {
        version = tools::output(program, &["--version"]).await.with_context(|| {
            "Pushpin is missing: install it with `apt install pushpin zurl`, or put its programs on the PATH"
        })?;
    }
    Ok(version)
}

async fn install_kafka(kafka: &Installed) -> anyhow::Result<()> {
    if !kafka.jars().exists() {
        files::create_once(&kafka.jars(), async |path| {
            let source = to_text(&project::root().join("dev/full/kafka/pom.xml"));
            let output = format!("-DoutputDirectory={}", path.display());
            tools::output("mvn", &["-q", "-B", "-f", &source, "dependency:copy-dependencies", &output])
                .await
                .map(drop)
        })
        .await?;
    }
    if !kafka.empty().exists() {
        files::create_once(&kafka.empty(), async |path| format(kafka, path).await).await?;
    }
    files::create_once(&kafka.classes(), async |path| archive_classes(kafka, path).await).await
}

fn to_text(path: &Path) -> String {
    path.display().to_string()
}
