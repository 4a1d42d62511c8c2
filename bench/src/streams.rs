//! Live streams: the delay from the response to a write until other clients have it, what idle clients cost,
//! and a burst of changes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep, timeout};
use workload::{Connection, process};

use crate::measurement::Measurement;
use crate::scenario::TASK;
use crate::world::{CREATORS, World};

/// Names of the scenarios.
pub const FIFTY: &str = "streams-50";
pub const FIVE_HUNDRED: &str = "streams-500";
pub const BURST: &str = "streams-burst";
pub const PROXIED: &str = "streams-proxied";
pub const IDLE: &str = "streams-idle";

/// Changes per second.
pub const RATE: u32 = 100;
/// Clients of the scenarios with proxies.
pub const PROXIED_CLIENTS: usize = 2000;
pub const IDLE_CLIENTS: usize = 10_000;
/// Changes in a burst.
pub const CHANGES: i32 = 10_000;

/// Time after which streams know how many they are: longer than a heartbeat.
const SETTLE: Duration = Duration::from_secs(25);
/// Time for the last changes to arrive.
const ARRIVE: Duration = Duration::from_secs(3);
const OPEN_TIMEOUT: Duration = Duration::from_secs(60);
/// Streams that are opened at the same time.
const OPENING: usize = 50;
const WRITERS: usize = 8;

/// Begins each task among the changes.
const TASK_ID: &str = r#""kind" : "task", "id" : ""#;
const ID_LENGTH: usize = 36;

/// Streams that were closed count as open for a while, also those of the measurement before.
const ALLOW: &str = "update app.settings set streams_unproxied = 100000, streams_per_address = 100000";

/// One of many changes of a user, in a transaction of their own.
const MAKE: &str = "
insert into app.tasks (id, user_id, title)
select gen_random_uuid(), session.user_id, 'number ' || number
  from app.sessions as session, generate_series(1, 500) as number where session.token_hash = $1";

/// Result of a scenario besides delays.
#[derive(Debug, Default)]
pub struct Streams {
    /// Number of cores that idle clients use, with the database.
    pub cores: Option<f64>,
    /// Memory for each client in KiB.
    pub kib_per_client: Option<f64>,
    /// Number of events in which a burst has arrived.
    pub events: Option<usize>,
}

/// Ids of tasks that a stream has read, with their times.
type Seen = Vec<(String, Instant)>;

/// Open streams. What they read is returned when they stop.
struct Readers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<anyhow::Result<Seen>>>,
}

impl Readers {
    /// Opens streams, of the creators in turns.
    async fn open(server: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        for begin in (0..count).step_by(OPENING) {
            let mut opening = Vec::new();
            for number in begin..count.min(begin + OPENING) {
                opening.push(tokio::spawn(timeout(OPEN_TIMEOUT, open(server, CREATORS.token(number)))));
            }
            for stream in opening {
                let stream = stream.await?.context("a stream does not begin")??;
                tasks.push(tokio::spawn(read(stream, stopped.clone())));
            }
        }
        Ok(Self { stop, tasks })
    }

    /// Closes the streams, and returns the ids of the tasks that each has read, with their times.
    async fn close(self) -> anyhow::Result<Seen> {
        self.stop.send_replace(true);
        let mut all = Vec::new();
        for task in self.tasks {
            all.extend(task.await??);
        }
        Ok(all)
    }
}

async fn open(server: SocketAddr, token: String) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(server).await.with_context(|| format!("cannot reach {server}"))?;
    let request =
        format!("GET /api/events HTTP/1.1\r\nhost: {server}\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = Vec::<u8>::new();
    while !contains(&text, "event: hello") {
        let read = stream.read_buf(&mut text).await?;
        if read == 0 || !text.starts_with(b"HTTP/1.1 200") {
            // The rest of a refusal says why.
            let _ = timeout(Duration::from_secs(1), stream.read_to_end(&mut text)).await;
            bail!("{}", String::from_utf8_lossy(&text));
        }
    }
    Ok(stream)
}

async fn read(mut stream: TcpStream, mut stopped: watch::Receiver<bool>) -> anyhow::Result<Seen> {
    let (mut text, mut seen) = (Vec::<u8>::new(), Vec::new());
    loop {
        tokio::select! {
            read = stream.read_buf(&mut text) => ensure!(read? > 0, "the server has closed a stream"),
            _ = stopped.changed() => return Ok(seen),
        }
        let Some(end) = text.windows(2).rposition(|bytes| bytes == b"\n\n") else { continue };
        let whole: Vec<u8> = text.drain(..end + 2).collect();
        let whole = String::from_utf8_lossy(&whole);
        let now = Instant::now();
        seen.extend(
            whole.split(TASK_ID).skip(1).filter_map(|rest| Some((rest.get(..ID_LENGTH)?.to_owned(), now))),
        );
    }
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|bytes| bytes == part.as_bytes())
}

/// Changes at a steady rate, and measures how long after the response to a write each client of its user has
/// the change. `server` has the streams: TaskFlow, or a proxy in front of it.
pub async fn delay(
    world: &World,
    server: SocketAddr,
    clients: usize,
    time: Duration,
) -> anyhow::Result<Measurement> {
    world.owned.connect().await?.batch_execute(ALLOW).await.context("cannot allow more streams")?;
    let readers = Readers::open(server, clients).await?;
    sleep(SETTLE).await;
    let users = clients.min(CREATORS.count);
    let (taskflow, end) = (world.taskflow, Instant::now() + time);
    let writers = (0..WRITERS).map(|writer| {
        tokio::spawn(async move {
            let mut connection = Connection::open(taskflow).await?;
            let mut ticks = interval(Duration::from_secs(1) * WRITERS as u32 / RATE);
            let mut written = Vec::new();
            for number in (writer..).step_by(WRITERS) {
                ticks.tick().await;
                if Instant::now() > end {
                    break;
                }
                let user = number % users;
                let status = connection.send("POST /api/tasks", &CREATORS.token(user), None, TASK).await?;
                let answered = Instant::now();
                ensure!(status == 201, "a task returned {status}: {}", connection.response());
                let response = connection.response();
                let id = response.split(r#""id":""#).nth(1).and_then(|rest| rest.get(..ID_LENGTH));
                written.push((id.context("a task has an id")?.to_owned(), user, answered));
            }
            anyhow::Ok(written)
        })
    });
    let mut written = HashMap::new();
    for writer in writers.collect::<Vec<_>>() {
        written.extend(writer.await??.into_iter().map(|(id, user, answered)| (id, (user, answered))));
    }
    sleep(ARRIVE).await;
    let seen = readers.close().await?;
    let delays: Vec<f64> = seen
        .iter()
        .filter_map(|(id, at)| Some(at.saturating_duration_since(written.get(id)?.1).as_secs_f64() * 1000.0))
        .collect();
    let clients_of = |user: usize| (clients - user).div_ceil(users);
    let expected: usize = written.values().map(|(user, _)| clients_of(*user)).sum();
    let mut measured = Measurement::of_milliseconds(&delays, time);
    for _ in delays.len()..expected {
        measured.fail(&anyhow::anyhow!("a change never arrived"));
    }
    Ok(measured)
}

/// Opens streams and leaves them alone. Measures the processor time and the memory of processes, each with
/// its children.
pub async fn idle(
    server: SocketAddr,
    clients: usize,
    processes: &[u32],
    time: Duration,
) -> anyhow::Result<Streams> {
    let memory =
        || processes.iter().map(|leader| process::memory_of_group(*leader)).sum::<anyhow::Result<u64>>();
    let cpu = || processes.iter().map(|leader| process::cpu_of_group(*leader)).sum::<anyhow::Result<f64>>();
    let before = memory()?;
    let readers = Readers::open(server, clients).await?;
    sleep(SETTLE).await;
    let (began, used) = (Instant::now(), cpu()?);
    sleep(time).await;
    let cores = (cpu()? - used) / began.elapsed().as_secs_f64();
    let kib = memory()?.saturating_sub(before) * 1024;
    readers.close().await?;
    Ok(Streams {
        cores: Some(cores),
        kib_per_client: Some(kib as f64 / clients as f64),
        ..Streams::default()
    })
}

/// Changes many tasks of one user at once, and measures how long it takes until a client has all of them, and
/// in how many events.
pub async fn burst(world: &World) -> anyhow::Result<(Measurement, Streams)> {
    let token = CREATORS.token(0);
    let mut stream = open(world.taskflow, token.clone()).await?;
    let client = world.owned.connect().await?;
    for _ in 0..CHANGES / 500 {
        client.execute(MAKE, &[&web::fingerprint(&token)]).await.context("cannot change the tasks")?;
    }
    let began = Instant::now();
    let seq = "select users.seq from app.users join app.sessions on sessions.user_id = users.id
                where sessions.token_hash = $1";
    let seq: i64 = client.query_one(seq, &[&web::fingerprint(&token)]).await?.get(0);
    let mut text = Vec::<u8>::new();
    while !contains(&text, &format!(".{seq}\n")) {
        let read =
            timeout(OPEN_TIMEOUT, stream.read_buf(&mut text)).await.context("the burst is not told")??;
        ensure!(read > 0, "the server has closed the stream");
    }
    // The client catches up by pages, as `resync` tells it to.
    let mut connection = Connection::open(world.taskflow).await?;
    let mut since = 0;
    while since < seq {
        let line = format!("GET /api/sync?since={since}");
        let status = connection.send(&line, &token, None, "").await?;
        ensure!(status == 200, "{line} returned {status}: {}", connection.response());
        let response = connection.response();
        let next = response.rsplit(r#""seq":"#).next().and_then(|rest| rest.split(',').next());
        since = next.context("a page has a seq")?.parse()?;
    }
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    let events = String::from_utf8_lossy(&text).matches("event: ").count();
    let streams = Streams { events: Some(events), ..Streams::default() };
    Ok((Measurement::of_milliseconds(&[ms], Duration::from_secs(1)), streams))
}

/// Lets this process and its children open as many connections as the system allows.
pub fn allow_connections() -> anyhow::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).context("cannot allow more open files")
}
