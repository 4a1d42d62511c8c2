//! `GET /internal/realtime/streams/{stream}/{position}`, called by a GRIP proxy

use domain::Id;
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

use crate::NAME;
use crate::hold::{Hold, hold, parse};
use crate::page::{EVENT_STREAM, Page};
use crate::position::Position;
use crate::proxies::{self, Message};

/// Returns what a held stream has missed, and lets the proxy hold it again. A response without that
/// instruction closes the stream.
pub fn run(request: &Request) -> Result<Response, Problem> {
    if !web::is_proxied(request)? {
        return Err(Problem::not_found());
    }
    let stream = request.parameter::<Id>("stream")?;
    let since = match newest_position(request) {
        Some(position) => position,
        None => request.parameter::<Position>("position")?,
    };
    let input = json!({ "stream": stream, "since": since.seq, "epoch": since.epoch });
    let mut rows = request.service(NAME, None).call(statement!("continue.sql"), &input)?;
    let Some(page) = rows.take("page") else { return Ok(Response::text(EVENT_STREAM, String::new())) };
    let page: Page = parse("a page of a stream", &page)?;
    let messages = Message::read(&mut rows)?;
    let response = Response::text(EVENT_STREAM, page.to_text());
    let response = hold(response, &Hold::read(stream, page.position(), &mut rows)?);
    Ok(response.then(move |request| Box::pin(proxies::tell(request, messages))))
}

/// Position after the newest message that the proxy has passed on: the link may be older.
fn newest_position(request: &Request) -> Option<Position> {
    let (_, id) = request.header("grip-last")?.split_once("last-id=")?;
    id.split([';', ',']).next()?.trim().parse().ok()
}
