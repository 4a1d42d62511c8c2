//! The load: connections that each send one request after the other, as fast as they are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::CONNECTIONS;
use super::scenario::{Scenario, token};

/// How long each request took, and how long all of it took.
#[derive(Debug, Default)]
pub struct Measured {
    latencies: Vec<Duration>,
    time: Duration,
}

impl Measured {
    /// Adds another measurement of the same.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self.time += other.time;
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// The latency that this share of the requests stayed under, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(index).or(self.latencies.last()).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// When to measure: what is sent before is to warm up.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    fn of(time: Duration) -> Self {
        let begin = Instant::now() + time / 4;
        Self { begin, end: begin + time }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Notes a request that was sent at that moment, unless that was to warm up.
    pub fn note(&self, sent: Instant, latencies: &mut Vec<Duration>) {
        if sent >= self.begin {
            latencies.push(sent.elapsed());
        }
    }
}

/// Runs one worker a connection and gathers what they measured.
pub async fn run<W>(time: Duration, worker: impl Fn(usize, Window) -> W) -> anyhow::Result<Measured>
where
    W: Future<Output = anyhow::Result<Vec<Duration>>> + Send + 'static,
{
    let window = Window::of(time);
    let workers: Vec<_> = (0..CONNECTIONS).map(|number| tokio::spawn(worker(number, window))).collect();
    let mut all = Measured { time, ..Measured::default() };
    for worker in workers {
        all.latencies.extend(worker.await??);
    }
    Ok(all)
}

/// Loads a server. A request that fails ends the measurement: there must be none.
pub async fn http(server: SocketAddr, scenario: &'static Scenario, time: Duration) -> anyhow::Result<Measured> {
    run(time, |number, window| async move {
        let mut connection = Connection::open(server).await?;
        let mut latencies = Vec::new();
        for turn in 0.. {
            if window.is_over() {
                break;
            }
            // Every connection has users of its own, so that nobody waits for another's lock.
            let token = token(scenario.name, number + CONNECTIONS * turn);
            let sent = Instant::now();
            connection.ask(scenario, &token).await?;
            window.note(sent, &mut latencies);
        }
        Ok(latencies)
    })
    .await
}

struct Connection {
    stream: TcpStream,
    request: String,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(server: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server).await.with_context(|| format!("cannot reach {server}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request: String::new(), answer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends the request and reads the answer, both by hand: a load generator must not be what is measured.
    async fn ask(&mut self, scenario: &Scenario, token: &str) -> anyhow::Result<()> {
        use std::fmt::Write;
        let (line, body, expected) = scenario.request;
        self.request.clear();
        write!(
            self.request,
            "{line} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        self.stream.write_all(self.request.as_bytes()).await?;
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await?;
            ensure!(read > 0, "the server closed the connection");
            if let Some((status, whole)) = status_and_length(&self.answer)
                && self.answer.len() >= whole
            {
                ensure!(
                    status == expected,
                    "{line} was answered with {status}: {}",
                    String::from_utf8_lossy(&self.answer)
                );
                return Ok(());
            }
        }
    }
}

/// The status of an answer and the length of all of it, once its head is there.
fn status_and_length(answer: &[u8]) -> Option<(u16, usize)> {
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    Some((status, head + length))
}
