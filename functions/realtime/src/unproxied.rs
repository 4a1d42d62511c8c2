//! Streams that no proxy holds: this instance does, and looks for changes.

use std::convert::Infallible;
use std::pin::pin;
use std::time::{Duration, Instant};

use dapr::time::wait;
use domain::Id;
use futures::future::{Either, select};
use serde_json::json;
use store::{Refusal, Statement, statement};
use web::{Disconnected, Output, Request, log};

use crate::NAME;
use crate::hold::parse;
use crate::page::{HEARTBEAT, HEARTBEAT_SECONDS, Page};
use crate::position::Position;

/// Looks of all streams together in a second, as long as none waits for longer than [`LONGEST_MS`].
const LOOKS_PER_SECOND: u64 = 200;

/// Shortest and longest time between two looks of a stream.
const SHORTEST_MS: u64 = 200;
const LONGEST_MS: u64 = 1000;

/// Time for which the client may read nothing, while it has something to read.
const STALLED_MS: u64 = HEARTBEAT_SECONDS * 1000;

/// Stream of a client.
pub struct Stream {
    id: Id,
    position: Position,
    /// Number of streams that no proxy holds.
    count: u64,
}

/// Reason why a stream ends.
enum End {
    /// The client has gone.
    Disconnected,
    /// Its session or token has ended, or the database is another one now.
    Ended,
    /// The database cannot be asked.
    Failed(Refusal),
}

impl From<Disconnected> for End {
    fn from(_: Disconnected) -> Self {
        Self::Disconnected
    }
}

impl Stream {
    /// A stream that has got everything up to a position.
    pub fn new(id: Id, position: Position, count: u64) -> Self {
        Self { id, position, count }
    }

    /// Time between two looks: the more streams there are, the longer.
    fn interval_ms(&self) -> u64 {
        (self.count * 1000 / LOOKS_PER_SECOND).clamp(SHORTEST_MS, LONGEST_MS)
    }

    /// Calls a statement about the stream. Returns `None` if there is no answer now: the stream goes on when
    /// the database is back.
    fn ask(&self, request: &Request, statement: Statement) -> Result<Option<String>, End> {
        let Position { epoch, seq } = &self.position;
        let input = json!({ "stream": self.id, "epoch": epoch, "since": seq });
        match request.service(NAME, None).rows(statement, &input) {
            Ok(mut rows) => rows.pop().map(Some).ok_or(End::Ended),
            Err(Refusal::Unavailable(_)) => Ok(None),
            Err(refusal) => Err(End::Failed(refusal)),
        }
    }
}

/// Writes a stream until it ends. `first` is what it begins with.
pub async fn run(request: &Request, mut output: Output, first: String, mut stream: Stream) {
    let Err(end) = follow(request, &mut output, first, &mut stream).await;
    let fault = |refusal: &Refusal| {
        log::fault(NAME, request.correlation_id(), "a stream has ended with an internal error", refusal);
    };
    if let End::Failed(refusal) = &end {
        fault(refusal);
    }
    let input = json!({ "streams": [stream.id] });
    match request.service(NAME, None).rows(statement!("close.sql"), &input) {
        // The row ends by itself.
        Ok(_) | Err(Refusal::Unavailable(_)) => {}
        Err(refusal) => fault(&refusal),
    }
}

/// Returns only the reason why the stream ends.
async fn follow(
    request: &Request,
    output: &mut Output,
    first: String,
    stream: &mut Stream,
) -> Result<Infallible, End> {
    write(output, first).await?;
    // Streams that were opened at the same moment do not look at the same moment.
    wait(u64::from(u16::from_le_bytes(web::random())) % stream.interval_ms()).await;
    let heartbeat = Duration::from_secs(HEARTBEAT_SECONDS);
    let mut last_beat = Instant::now();
    loop {
        if last_beat.elapsed() >= heartbeat {
            last_beat = Instant::now();
            if let Some(count) = stream.ask(request, statement!("beat.sql"))? {
                stream.count = parse("a number of streams", &count).map_err(End::Failed)?;
            }
            write(output, HEARTBEAT.to_owned()).await?;
        }
        if let Some(seq) = stream.ask(request, statement!("look.sql"))? {
            let seq: u64 = parse("a position", &seq).map_err(End::Failed)?;
            if seq != stream.position.seq
                && let Some(page) = stream.ask(request, statement!("page.sql"))?
            {
                let page: Page = parse("a page of a stream", &page).map_err(End::Failed)?;
                stream.position = page.position();
                write(output, page.to_text()).await?;
            }
        }
        wait(stream.interval_ms()).await;
    }
}

/// Writes to a client, and gives it up if it reads nothing for long. What changes meanwhile is one page, or a
/// `resync` if it is too much for one.
async fn write(output: &mut Output, text: String) -> Result<(), Disconnected> {
    match select(pin!(output.write(text)), pin!(wait(STALLED_MS))).await {
        Either::Left((written, _)) => written,
        Either::Right(_) => Err(Disconnected),
    }
}
