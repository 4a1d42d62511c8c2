//! A Kafka of one broker, with the topics that `dapr/topics.yaml` declares.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sidecar::Topic;

use crate::ports::free_ports;
use crate::program::{Program, last_line};
use crate::protocol::create_topics;

const PROPERTIES: &str = include_str!("../kafka/server.properties");
/// Arbitrary id, as there is only one cluster.
const CLUSTER_ID: &str = "dGFza2Zsb3ctdGFza2Zsbw";
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A running Kafka. Dropping it stops the process; acknowledged events stay in its folder.
pub struct Kafka {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
    program: Option<Program>,
}

impl Kafka {
    /// Starts Kafka with its files in a folder, and creates missing topics.
    pub async fn start(jars: &Path, folder: &Path, topics: &[Topic]) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let [port, controller_port] = free_ports()?;
        let properties = PROPERTIES
            .replace("{port}", &port.to_string())
            .replace("{controller_port}", &controller_port.to_string())
            .replace("{data}", &folder.join("data").to_string_lossy());
        std::fs::write(folder.join("server.properties"), properties)
            .context("cannot write server.properties")?;
        let mut kafka = Self { jars: jars.to_owned(), folder, port, program: None };
        kafka.format().await?;
        kafka.launch()?;
        let start = Instant::now();
        while let Err(error) = create_topics(port, topics).await {
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
        let mut java = self.java(384);
        java.args(["-Xms64m", "-XX:+UseSerialGC", "kafka.Kafka", "server.properties"]);
        self.program = Some(Program::start(java, self.log())?);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("kafka.log")
    }

    /// Returns a command for Java with Kafka's jars, a heap limit, and warnings as the log level.
    fn java(&self, max_heap_megabytes: u32) -> Command {
        let mut java = Command::new("java");
        java.current_dir(&self.folder).arg(format!("-Xmx{max_heap_megabytes}m")).args([
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
            "-cp",
        ]);
        java.arg(self.jars.join("*"));
        java
    }

    /// Creates the files of an empty Kafka, unless they exist.
    async fn format(&self) -> Result<()> {
        if self.folder.join("data/meta.properties").is_file() {
            return Ok(());
        }
        let mut java = self.java(64);
        java.args(["kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", CLUSTER_ID]);
        java.args(["--config", "server.properties"]);
        let output = tokio::process::Command::from(java)
            .output()
            .await
            .context("cannot run `java`: install Java 17")?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "Kafka cannot create its files in {}: {stderr}",
            self.folder.display()
        );
        Ok(())
    }
}
