//! Live streams, as clients read them.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use serde_json::Value;
use tokio::time::timeout;

/// Longest wait for an event: longer than the time after which a proxy asks for what it has missed.
const EVENT_TIMEOUT: Duration = Duration::from_secs(40);

/// An open stream of server-sent events. Dropping it closes the connection.
pub struct Stream {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Number of heartbeats so far.
    pub heartbeats: usize,
    body: UnsyncBoxBody<Bytes, String>,
    text: String,
}

/// Event of a stream.
#[derive(Clone, Debug)]
pub struct StreamEvent {
    /// Name of the event.
    pub name: String,
    /// Its id.
    pub id: Option<String>,
    /// Time to wait before the next connection, in milliseconds.
    pub retry: Option<u64>,
    /// Its data.
    pub data: Value,
}

impl Stream {
    pub(crate) fn new(status: u16, headers: HeaderMap, body: UnsyncBoxBody<Bytes, String>) -> Self {
        Self { status, headers, heartbeats: 0, body, text: String::new() }
    }

    /// Returns the value of a header, or an empty string.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the next event, or `None` if the stream has ended.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        timeout(EVENT_TIMEOUT, self.read()).await.expect("an event comes in time")
    }

    /// Returns the next event if it comes within a time. The stream must not end.
    pub async fn next_within(&mut self, time: Duration) -> Option<StreamEvent> {
        match timeout(time, self.read()).await {
            Ok(event) => Some(event.expect("the stream goes on")),
            Err(_) => None,
        }
    }

    /// Waits until the stream ends, whatever comes before.
    pub async fn end(mut self) {
        while self.next().await.is_some() {}
    }

    async fn read(&mut self) -> Option<StreamEvent> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                match parse(&block) {
                    Some(event) => return Some(event),
                    None => self.heartbeats += 1,
                }
            }
            // A connection that breaks is an end too.
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.text += std::str::from_utf8(&data).expect("characters are not split");
            }
        }
    }
}

/// Parses an event; `None` is a comment.
fn parse(block: &str) -> Option<StreamEvent> {
    let field = |name: &str| {
        block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).next().map(str::to_owned)
    };
    let data = field("data")?;
    Some(StreamEvent {
        name: field("event").expect("an event has a name"),
        id: field("id"),
        retry: field("retry").map(|time| time.parse().expect("a number")),
        data: serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {block}")),
    })
}
