//! A follower: a client that keeps a copy of what a user has by the live stream, and goes on from its last
//! event whenever that breaks.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use workload::Connection;

use crate::ledger::Ledger;

/// Time without a sign of life after which a stream is given up: two heartbeats, and some for the way.
const SILENCE: Duration = Duration::from_secs(45);
/// Timeout of other answers.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before the next connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Copy of what a user has.
#[derive(Debug, Default)]
pub struct Mirror {
    epoch: String,
    pub seq: u64,
    /// Data of each thing by its id; deleted ones are gone.
    pub things: BTreeMap<String, Value>,
}

/// Follower of a user. It has a stream, or opens one.
pub struct Follower {
    number: usize,
    token: String,
    /// Addresses of the hosts.
    hosts: watch::Receiver<Vec<SocketAddr>>,
    ledger: Arc<Ledger>,
    mirror: Mirror,
    lines: Option<Lines<BufReader<TcpStream>>>,
    /// Position that the stream has come to.
    streamed: u64,
    /// Name and data of the event that is being read.
    event: (String, Value),
    /// Number of streams that broke. Each makes the follower try the next host.
    failures: usize,
}

impl Mirror {
    /// Reads what follows from a server, until there is no more.
    pub async fn sync(&mut self, server: SocketAddr, token: &str) -> anyhow::Result<()> {
        let mut connection = Connection::open(server).await?;
        loop {
            let line = format!("GET /api/sync?since={}", self.seq);
            let status = timeout(TIMEOUT, connection.send_with(&line, token, &[], "")).await??;
            ensure!(status == 200, "/api/sync was answered with {status}");
            let page: Value = serde_json::from_slice(connection.body())?;
            self.take(&page)?;
            if page["more"] == false {
                return Ok(());
            }
        }
    }

    fn take(&mut self, page: &Value) -> anyhow::Result<()> {
        for change in page["changes"].as_array().context("a page has no changes")? {
            let id = change["id"].as_str().context("a change has no id")?.to_owned();
            match change["deleted"] == true {
                true => self.things.remove(&id),
                false => self.things.insert(id, change["data"].clone()),
            };
        }
        self.epoch = page["epoch"].as_str().context("a page has no epoch")?.to_owned();
        self.seq = position_of(page)?;
        Ok(())
    }
}

impl Follower {
    /// A follower that has nothing yet.
    pub fn new(
        number: usize,
        token: String,
        hosts: watch::Receiver<Vec<SocketAddr>>,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            number,
            token,
            hosts,
            ledger,
            mirror: Mirror::default(),
            lines: None,
            streamed: 0,
            event: Default::default(),
            failures: 0,
        }
    }

    /// Follows until the copy has come to the goal, once there is one.
    pub async fn run(mut self, mut goal: watch::Receiver<Option<u64>>) -> Mirror {
        while goal.borrow_and_update().is_none_or(|seq| self.mirror.seq < seq) {
            let result = tokio::select! {
                Ok(()) = goal.changed() => Ok(()),
                result = self.read() => result,
            };
            // That streams break is what the drills are for.
            if result.is_err() {
                self.lines = None;
                self.failures += 1;
                sleep(PAUSE).await;
            }
        }
        self.mirror
    }

    /// Reads a line, and applies the event that it ends. May be cancelled at any time.
    async fn read(&mut self) -> anyhow::Result<()> {
        if self.lines.is_none() {
            self.open().await?;
        }
        let lines = self.lines.as_mut().context("a stream is open")?;
        let line = timeout(SILENCE, lines.next_line()).await??.context("the stream has ended")?;
        if let Some(name) = line.strip_prefix("event: ") {
            self.event.0 = name.to_owned();
        }
        if let Some(data) = line.strip_prefix("data: ") {
            self.event.1 = serde_json::from_str(data)?;
        }
        if line.is_empty() {
            let (name, data) = std::mem::take(&mut self.event);
            self.apply(&name, &data).await?;
        }
        Ok(())
    }

    /// Opens a stream that goes on where the copy ends.
    async fn open(&mut self) -> anyhow::Result<()> {
        self.event = Default::default();
        let mut stream = TcpStream::connect(self.host()).await?;
        let Mirror { epoch, seq, .. } = &self.mirror;
        let resume =
            if epoch.is_empty() { String::new() } else { format!("last-event-id: {epoch}.{seq}\r\n") };
        // HTTP/1.0 knows no chunks, so what arrives is the stream itself.
        let request = format!(
            "GET /api/events?since=0 HTTP/1.0\r\nhost: faults\r\nauthorization: Bearer {}\r\n{resume}\r\n",
            self.token
        );
        stream.write_all(request.as_bytes()).await?;
        let mut lines = BufReader::new(stream).lines();
        let status = timeout(TIMEOUT, lines.next_line()).await??.context("there is no answer")?;
        match status.split(' ').nth(1) {
            Some("200") => {}
            Some("429" | "503") => bail!("the stream has to be opened later"),
            _ => {
                self.ledger.wrong(self.token.clone(), format!("a stream was answered with {status}"));
                bail!("{status}");
            }
        }
        while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
        self.streamed = self.mirror.seq;
        self.lines = Some(lines);
        Ok(())
    }

    async fn apply(&mut self, name: &str, data: &Value) -> anyhow::Result<()> {
        match name {
            "hello" if data["seq"] != self.streamed => {
                let difference = format!("a stream from {} on begins with {data}", self.streamed);
                self.ledger.wrong(self.token.clone(), difference);
            }
            "changes" => {
                for change in data["changes"].as_array().context("there are no changes")? {
                    if position_of(change)? <= self.streamed {
                        let difference = format!("a stream has repeated {change}");
                        self.ledger.wrong(self.token.clone(), difference);
                    }
                }
                self.mirror.take(data)?;
                self.streamed = self.mirror.seq;
            }
            "resync" => {
                // The next stream goes on from wherever this ends.
                self.lines = None;
                self.mirror.sync(self.host(), &self.token).await?;
            }
            _ => {}
        }
        Ok(())
    }

    fn host(&self) -> SocketAddr {
        let hosts = self.hosts.borrow();
        hosts[(self.number + self.failures) % hosts.len()]
    }
}

fn position_of(data: &Value) -> anyhow::Result<u64> {
    data["seq"].as_u64().context("there is no seq")
}
