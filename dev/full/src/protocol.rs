//! The part of Kafka's protocol that creates and deletes topics: one request for all of them. Kafka's own
//! tools would start a Java process per topic.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sidecar::Topic;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
const CREATE_TOPICS: Method = Method { key: 19, version: 4 };
const DELETE_TOPICS: Method = Method { key: 20, version: 3 };
const CORRELATION_ID: u32 = 1;
const UNKNOWN_TOPIC: i64 = 3;
const TOPIC_EXISTS: i64 = 36;

struct Method {
    key: u16,
    version: u16,
}

/// Creates the topics that do not exist yet.
pub async fn create_topics(broker: &str, topics: &[Topic]) -> Result<()> {
    let response = send(broker, CREATE_TOPICS, &create_topics_request(topics)).await?;
    let mut response = Reader::behind_header(&response)?;
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

/// Deletes the topics that exist, with all their events.
pub async fn delete_topics(broker: &str, topics: &[Topic]) -> Result<()> {
    let response = send(broker, DELETE_TOPICS, &delete_topics_request(topics)).await?;
    let mut response = Reader::behind_header(&response)?;
    for _ in 0..response.read_number::<4>()? {
        let (name, code) = (response.read_string()?, response.read_number::<2>()?);
        ensure!([0, UNKNOWN_TOPIC].contains(&code), "Kafka cannot delete the topic {name} ({code})");
    }
    Ok(())
}

async fn send(broker: &str, method: Method, body: &[u8]) -> Result<Vec<u8>> {
    timeout(RESPONSE_TIMEOUT, send_and_read(broker, method, body)).await?
}

async fn send_and_read(broker: &str, method: Method, body: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(broker).await?;
    let mut request = [method.key.to_be_bytes(), method.version.to_be_bytes()].concat();
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

fn delete_topics_request(topics: &[Topic]) -> Vec<u8> {
    let mut body = (topics.len() as u32).to_be_bytes().to_vec();
    topics.iter().for_each(|topic| body.extend(string(&topic.name)));
    body.extend((RESPONSE_TIMEOUT.as_millis() as u32).to_be_bytes());
    body
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads a response behind its correlation id and its throttle time.
    fn behind_header(response: &'a [u8]) -> Result<Self> {
        Ok(Self(response.get(8..).context("the response is too short")?))
    }

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
