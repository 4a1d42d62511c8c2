//! The programs for `--full`. Some are built or downloaded once per user, others have to be installed.

use std::path::{Path, PathBuf};

use anyhow::Context;
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
const ORAS: &str = "oras.land/oras/cmd/oras@v1.3.6";

/// Builds Dapr's sidecar if it is missing, and returns its path. Pushpin, which is in front of the app then,
/// has to be installed already.
pub async fn daprd() -> anyhow::Result<PathBuf> {
    pushpin().await?;
    let daprd = files::cache_folder()?.join(format!("daprd-{:016x}", frames::checksum(&DAPRD.concat())));
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
    Ok(daprd)
}

/// Installs Kafka if it is missing.
pub async fn kafka() -> anyhow::Result<Installed> {
    let kafka = Installed(files::cache_folder()?.join(format!("kafka-{:016x}", frames::checksum(KAFKA))));
    if !kafka.classes().exists() {
        let step = Step::begin("installing Kafka 4.1 (once)");
        install_kafka(&kafka).await?;
        step.end(&format!("kept in {}", kafka.0.display()));
    }
    Ok(kafka)
}

/// Builds `oras`, which copies images, if it is missing, and returns its path.
pub async fn oras() -> anyhow::Result<PathBuf> {
    go_program("oras", ORAS).await
}

/// Returns the path of a Go program, which is built once per user.
pub async fn go_program(name: &str, package: &str) -> anyhow::Result<PathBuf> {
    let (_, version) = package.split_once('@').context("a package has a version")?;
    let folder = files::cache_folder()?.join(format!("{name}-{version}"));
    if !folder.exists() {
        let step = Step::begin(&format!("building {name} {version} (once, takes some minutes)"));
        files::create_once(&folder, async |path| {
            let environment = [("GOBIN", to_text(path)), ("CGO_ENABLED", "0".to_owned())];
            tools::run("go", &["install", package], environment).await
        })
        .await?;
        step.end(&format!("kept in {}", folder.display()));
    }
    Ok(folder.join(name))
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

/// Returns the version of Redis, if it is there.
pub async fn redis() -> anyhow::Result<String> {
    tools::output(full::redis::PROGRAM, &["--version"]).await.with_context(
        || "Redis is missing: install it with `apt install redis-server`, or put its program on the PATH",
    )
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
