//! `GET /api/events`

use domain::{Epoch, Id, Optional, Seq, input};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::hold::{Hold, hold, parse};
use crate::page::{EVENT_STREAM, Page, hello};
use crate::position::Position;
use crate::proxies::{self, Message};
use crate::unproxied::{self, Stream};

input! {
    /// Position of the client. A `Last-Event-ID` header, which browsers send when they come back, counts
    /// more.
    pub struct Start {
        /// `seq` of the client's copy: the stream begins with what has changed since. Without a position, it
        /// begins now.
        since: Optional<Seq>,
        /// `epoch` of the client's copy: the history that `since` belongs to. If this is another one, as
        /// after a restored backup, the response is a 410.
        epoch: Optional<Epoch>,
    }
}

/// First page of a stream, and the position before it.
#[derive(Deserialize)]
struct Opened {
    since: u64,
    page: Page,
}

/// Opens a stream. A proxy holds it if the request came through one, and otherwise this instance does. HEAD
/// is checked in the same way, but opens none.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let is_proxied = web::is_proxied(request)?;
    let (since, epoch) = position(request)?;
    let is_head = request.is_head();
    let stream = Id::new(web::now_ms(), web::random());
    let client = request.header("user-agent").map(|agent| agent.chars().take(200).collect::<String>());
    let input = json!({
        "stream": stream, "proxied": is_proxied, "client": client, "since": since, "epoch": epoch,
        "head": is_head,
    });
    let mut rows = request.caller()?.call(statement!("open.sql"), &input)?;
    let start = rows.require("start").map_err(refuse)?;
    if is_head {
        return Ok(response(String::new()));
    }
    let opened: Opened = parse("the first page of a stream", &start)?;
    let begin = Position { seq: opened.since, ..opened.page.position() };
    let first = hello(&begin) + opened.page.to_text().as_str();
    let position = opened.page.position();
    if is_proxied {
        let messages = Message::read(&mut rows)?;
        let held = hold(response(first), &Hold::read(stream, position, &mut rows)?);
        return Ok(held.then(move |request| Box::pin(proxies::tell(request, messages))));
    }
    let count = parse("a number of streams", &rows.require("unproxied")?)?;
    let stream = Stream::new(stream, position, count);
    Ok(response(String::new())
        .streamed(move |request, output| Box::pin(unproxied::run(request, output, first, stream))))
}

/// Makes a response that nobody on the way may keep or hold back.
fn response(text: String) -> Response {
    Response::text(EVENT_STREAM, text).with("cache-control", "no-store").with("x-accel-buffering", "no")
}

/// Returns `since` and `epoch` of the client, or null for what it has not given.
fn position(request: &Request) -> Result<(Value, Value), Problem> {
    let start = request.query::<Start>()?;
    match request.header("last-event-id").filter(|id| !id.is_empty()) {
        None => Ok((json!(start.since.0), json!(start.epoch.0))),
        Some(id) => match id.parse::<Position>() {
            Ok(Position { epoch, seq }) => Ok((json!(seq), json!(epoch))),
            Err(_) => {
                Err(Problem::invalid_header("Last-Event-ID", "must be the id of an event of this stream"))
            }
        },
    }
}

fn refuse(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::start_again(
            "The position is too old, of another account, or of another history (`epoch`). Discard your \
             local copy, but not what you have yet to send, call /api/sync with `since=0`, and follow from \
             there.",
        ),
        other => other.into(),
    }
}
