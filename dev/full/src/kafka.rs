//! A Kafka of one broker, with the topics that `dapr/topics.yaml` declares.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sidecar::Topic;

use crate::ports::free_ports;
use crate::program::{Program, last_line};
use crate::protocol::{create_topics, delete_topics};

const PROPERTIES: &str = include_str!("../kafka/server.properties");
/// Arbitrary id, as there is only one cluster.
const CLUSTER_ID: &str = "dGFza2Zsb3ctdGFza2Zsbw";
const START_TIMEOUT: Duration = Duration::from_secs(120);
const PROPERTIES_FILE: &str = "server.properties";

/// Folder of an installed Kafka.
#[derive(Clone, Debug)]
pub struct Installed(pub PathBuf);

impl Installed {
    /// Folder with the jars.
    pub fn jars(&self) -> PathBuf {
        self.0.join("jars")
    }

    /// Folder with the files of an empty Kafka, see [`format`].
    pub fn empty(&self) -> PathBuf {
        self.0.join("empty")
    }

    /// Archive of loaded classes, see [`archive_classes`].
    pub fn classes(&self) -> PathBuf {
        self.0.join("classes.jsa")
    }
}

/// A running Kafka. Dropping it stops the process; acknowledged events stay in its folder.
pub struct Kafka {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Option of Java that reads the archive of classes, or writes it.
    classes_option: String,
    program: Option<Program>,
}

impl Kafka {
    /// Starts Kafka with its files in a folder, and creates missing topics.
    pub async fn start(installed: &Installed, folder: &Path, topics: &[Topic]) -> Result<Self> {
        let classes_option = format!("-XX:SharedArchiveFile={}", installed.classes().display());
        Self::start_with(installed, folder, topics, classes_option).await
    }

    async fn start_with(
        installed: &Installed,
        folder: &Path,
        topics: &[Topic],
        classes_option: String,
    ) -> Result<Self> {
        if !folder.join("data").exists() {
            copy_empty(&installed.empty(), folder)
                .with_context(|| format!("cannot create the files of Kafka in {}", folder.display()))?;
        }
        let folder = folder.canonicalize()?;
        let [port, controller_port] = free_ports()?;
        write_properties(&folder, port, controller_port)?;
        let jars = installed.jars();
        let mut kafka = Self { jars, folder, port, classes_option, program: None };
        kafka.launch()?;
        let start = Instant::now();
        while let Err(error) = create_topics(&kafka.brokers(), topics).await {
            if start.elapsed() > START_TIMEOUT {
                return Err(error.context(format!("Kafka does not start: {}", last_line(&kafka.log()))));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(kafka)
    }

    /// Address of the broker, in the form that clients take.
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Kills the broker, as a crash of its machine would.
    pub fn kill(&mut self) {
        if let Some(program) = self.program.take() {
            program.kill();
        }
    }

    /// Launches the broker again after [`Self::kill`], at the same address.
    pub fn launch(&mut self) -> Result<()> {
        let mut java = java(&self.jars, &self.folder, 384);
        java.args([&self.classes_option, "-Xms64m", "-XX:+UseSerialGC", "kafka.Kafka", PROPERTIES_FILE]);
        self.program = Some(Program::start(java, self.log())?);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("kafka.log")
    }
}

/// Replaces the topics of a running Kafka by empty ones.
pub async fn empty_topics(brokers: &str, topics: &[Topic]) -> Result<()> {
    delete_topics(brokers, topics).await?;
    create_topics(brokers, topics).await
}

/// Creates the files of an empty Kafka, which each new Kafka copies.
pub async fn format(installed: &Installed, empty: &Path) -> Result<()> {
    std::fs::create_dir_all(empty).with_context(|| format!("cannot create {}", empty.display()))?;
    // The ports are only checked.
    write_properties(empty, 9092, 9093)?;
    let mut java = java(&installed.jars(), empty, 64);
    java.args(["kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID]);
    java.args(["--config", PROPERTIES_FILE]);
    let output =
        tokio::process::Command::from(java).output().await.context("cannot run `java`: install Java 17")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "Kafka cannot create its files in {}: {stderr}", empty.display());
    Ok(())
}

/// Copies the files of an empty Kafka, all of them or none.
fn copy_empty(empty: &Path, folder: &Path) -> std::io::Result<()> {
    let unfinished = folder.join("data.new");
    std::fs::create_dir_all(&unfinished)?;
    for file in ["bootstrap.checkpoint", "meta.properties"] {
        // A copy would have the permissions of the original.
        std::fs::write(unfinished.join(file), std::fs::read(empty.join("data").join(file))?)?;
    }
    std::fs::rename(unfinished, folder.join("data"))
}

/// Starts Kafka once and writes the classes that it has loaded to an archive, with which later starts take
/// about half the time. Java ignores an archive that another version of it wrote.
pub async fn archive_classes(installed: &Installed, archive: &Path) -> Result<()> {
    let folder = archive.with_extension("kafka");
    let write_archive = format!("-XX:ArchiveClassesAtExit={}", archive.display());
    let kafka = Kafka::start_with(installed, &folder, &[], write_archive).await?;
    // Waits for the end of the process, at which it writes the archive.
    drop(kafka);
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    ensure!(archive.is_file(), "Kafka did not write {}", archive.display());
    Ok(())
}

fn write_properties(folder: &Path, port: u16, controller_port: u16) -> Result<()> {
    let properties = PROPERTIES
        .replace("{port}", &port.to_string())
        .replace("{controller_port}", &controller_port.to_string())
        .replace("{data}", &folder.join("data").to_string_lossy());
    std::fs::write(folder.join(PROPERTIES_FILE), properties).context("cannot write server.properties")
}

/// Returns a command for Java with Kafka's jars, a heap limit, and warnings as the log level.
fn java(jars: &Path, folder: &Path, max_heap_megabytes: u32) -> Command {
    let mut java = Command::new("java");
    java.current_dir(folder).arg(format!("-Xmx{max_heap_megabytes}m")).args([
        "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
        "-cp",
    ]);
    java.arg(jars.join("*"));
    java
}
