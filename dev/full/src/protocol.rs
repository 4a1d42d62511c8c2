//! The part of Kafka's protocol that creates topics: one request for all of them. Kafka's own tools would
//! start a Java process per topic.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sidecar::Topic;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
const CREATE_TOPICS: u16 = 19;
const VERSION: u16 = 4;
const CORRELATION_ID: u32 = 1;
const TOPIC_EXISTS: i64 = 36;

/// Creates the topics that do not exist yet.
pub async fn create_topics(port: u16, topics: &[Topic]) -> Result<()> {
    let response = timeout(RESPONSE_TIMEOUT, send(port, &create_topics_request(topics))).await??;
    // Skips the correlation id and the throttle time.
    let mut response = Reader(response.get(8..).context("the response is too short")?);
    for _ in 0..response.read_number::<4>()? {
        let (name, code, message) =
            (response.read_string()?, response.read_number::<2>()?, response.read_string()?);
        ensure!(
            [0, TOPIC_EXISTS].contains(&code),
            "Kafka cannot create the topic {name}: {message} ({code})"
        );
    }
    Ok(())
}

async fn send(port: u16, body: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut request = [CREATE_TOPICS.to_be_bytes(), VERSION.to_be_bytes()].concat();
    request.extend(CORRELATION_ID.to_be_bytes());
    request.extend(string("taskflow"));
    request.extend(body);
    stream.write_u32(request.len() as u32).await?;
    stream.write_all(&request).await?;
    let size = stream.read_u32().await?;
    let mut response = vec![0; size as usize];
    stream.read_exact(&mut response).await?;
    Ok(response)
}

/// Returns the body of the request. Each topic has one replica, as there is one broker.
fn create_topics_request(topics: &[Topic]) -> Vec<u8> {
    let mut body = (topics.len() as u32).to_be_bytes().to_vec();
    for topic in topics {
        body.extend(string(&topic.name));
        body.extend((topic.partitions as u32).to_be_bytes());
        body.extend(1_u16.to_be_bytes());
        // No manual assignment of replicas (an empty array), then one setting.
        body.extend(0_u32.to_be_bytes());
        body.extend(1_u32.to_be_bytes());
        body.extend(string("retention.ms"));
        body.extend(string(&topic.retention.as_millis().to_string()));
    }
    body.extend((RESPONSE_TIMEOUT.as_millis() as u32).to_be_bytes());
    // `validate_only` is false: the topics are created, not just checked.
    body.push(0);
    body
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn read(&mut self, count: usize) -> Result<&[u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).context("the response is too short")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn read_number<const BYTES: usize>(&mut self) -> Result<i64> {
        Ok(self.read(BYTES)?.iter().fold(0, |number, byte| number << 8 | i64::from(*byte)))
    }

    /// Reads a string. A null string has the length -1, and is read as empty.
    fn read_string(&mut self) -> Result<String> {
        let length = self.read_number::<2>()? as u16;
        let bytes = if length == u16::MAX { &[] } else { self.read(usize::from(length))? };
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}
