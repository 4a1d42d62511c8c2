//! One Kafka for one machine, with the topics that `dapr/topics.yaml` declares.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use sidecar::Topic;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ports::free_ports;
use crate::program::{Program, last_words};

const PROPERTIES: &str = include_str!("../kafka/server.properties");
/// Any id does: nothing tells clusters apart by it.
const CLUSTER: &str = "dGFza2Zsb3ctdGFza2Zsbw";
const STARTS_WITHIN: Duration = Duration::from_secs(120);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// The number of the request in Kafka's protocol, and the version of it that is spoken here.
const CREATE_TOPICS: (i16, i16) = (19, 4);
const EXISTS: i64 = 36;

/// A Kafka that runs. It ends when this is dropped; what was acknowledged is in its folder.
pub struct Kafka {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
    program: Option<Program>,
}

impl Kafka {
    /// Starts it with its files in a folder, and makes the topics that are missing.
    pub async fn start(jars: &Path, folder: &Path, topics: &[Topic]) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let [port, controller] = free_ports()?;
        let properties = PROPERTIES
            .replace("{port}", &port.to_string())
            .replace("{controller_port}", &controller.to_string())
            .replace("{data}", &folder.join("data").to_string_lossy());
        std::fs::write(folder.join("server.properties"), properties).context("cannot write server.properties")?;
        let mut kafka = Self { jars: jars.to_owned(), folder, port, program: None };
        kafka.format().await?;
        kafka.run()?;
        let began = Instant::now();
        while let Err(error) = kafka.make(topics).await {
            if began.elapsed() > STARTS_WITHIN {
                return Err(error.context(format!("Kafka does not start: {}", last_words(&kafka.log()))));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(kafka)
    }

    /// Its address, as clients want it.
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Ends it, as if its machine had died.
    pub fn lose(&mut self) {
        if let Some(program) = self.program.take() {
            program.kill();
        }
    }

    /// Starts it again, where it was.
    pub fn run(&mut self) -> Result<()> {
        let mut java = self.java(384);
        java.args(["-Xms64m", "-XX:+UseSerialGC", "kafka.Kafka", "server.properties"]);
        self.program = Some(Program::start(java, self.log())?);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("kafka.log")
    }

    /// Java, with at most that many megabytes for Kafka's objects. It says warnings only.
    fn java(&self, megabytes: u32) -> Command {
        let mut java = Command::new("java");
        java.current_dir(&self.folder).arg(format!("-Xmx{megabytes}m")).args([
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
            "-cp",
        ]);
        java.arg(self.jars.join("*"));
        java
    }

    /// Makes the files of an empty Kafka, once.
    async fn format(&self) -> Result<()> {
        if self.folder.join("data/meta.properties").is_file() {
            return Ok(());
        }
        let mut java = self.java(64);
        java.args(["kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", CLUSTER]);
        java.args(["--config", "server.properties"]);
        let output =
            tokio::process::Command::from(java).output().await.context("cannot run `java`: install Java 17")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "Kafka cannot make its files in {}: {said}", self.folder.display());
        Ok(())
    }

    /// Asks for all topics at once, in Kafka's own protocol: one request, where its tools start a Java for each topic.
    async fn make(&self, topics: &[Topic]) -> Result<()> {
        let answer = timeout(ANSWERS_WITHIN, self.ask(CREATE_TOPICS, &wanted(topics))).await??;
        // After the correlation id and the time that it was held back: what became of each.
        let mut answer = Reader(answer.get(8..).context("a short answer")?);
        for _ in 0..answer.number::<4>()? {
            let (name, code, why) = (answer.text()?, answer.number::<2>()?, answer.text()?);
            if ![0, EXISTS].contains(&code) {
                bail!("Kafka does not make the topic {name}: {why} ({code})");
            }
        }
        Ok(())
    }

    async fn ask(&self, (key, version): (i16, i16), body: &[u8]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let mut request = [key.to_be_bytes(), version.to_be_bytes(), [0, 0], [0, 1]].concat();
        request.extend(text("taskflow"));
        request.extend(body);
        stream.write_u32(request.len() as u32).await?;
        stream.write_all(&request).await?;
        let size = stream.read_u32().await?;
        let mut answer = vec![0; size as usize];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

/// The topics, each with one copy, as there is one Kafka.
fn wanted(topics: &[Topic]) -> Vec<u8> {
    let mut body = (topics.len() as u32).to_be_bytes().to_vec();
    for topic in topics {
        body.extend(text(&topic.name));
        body.extend((topic.partitions as u32).to_be_bytes());
        body.extend(1_u16.to_be_bytes());
        body.extend(0_u32.to_be_bytes());
        body.extend(1_u32.to_be_bytes());
        body.extend(text("retention.ms"));
        body.extend(text(&topic.retention.as_millis().to_string()));
    }
    body.extend((ANSWERS_WITHIN.as_millis() as u32).to_be_bytes());
    // For real, not only to see whether it could be done.
    body.push(0);
    body
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, count: usize) -> Result<&[u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).context("a short answer")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number<const BYTES: usize>(&mut self) -> Result<i64> {
        Ok(self.bytes(BYTES)?.iter().fold(0, |number, byte| number << 8 | i64::from(*byte)))
    }

    /// One that is absent has the length -1.
    fn text(&mut self) -> Result<String> {
        let length = self.number::<2>()? as u16;
        let bytes = if length == u16::MAX { &[] } else { self.bytes(usize::from(length))? };
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}
