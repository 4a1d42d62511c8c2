//! `POST /internal/realtime/tend`, called by a cron binding

use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response, log};

use crate::NAME;
use crate::hold::parse;
use crate::proxies::{self, Message};

/// Responds at once; the proxies are told after the response.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    Ok(Response::json(200, json!({}).to_string()).then(|request| Box::pin(tend(request))))
}

/// Closes streams whose session or token has ended, or all if their register was lost. Tells the proxies of
/// changes that have no event, or whose event has not come.
async fn tend(request: &Request) {
    if !proxies::are_configured() {
        return;
    }
    if let Err(refusal) = close_and_tell(request).await {
        log::fault(NAME, request.correlation_id(), "streams in proxies cannot be tended", &refusal);
    }
}

async fn close_and_tell(request: &Request) -> Result<(), Refusal> {
    let client = request.service(NAME, None);
    let mut rows = client.call(statement!("tend.sql"), &json!({}))?;
    let mut ended: Vec<String> = Vec::new();
    while let Some(row) = rows.take("close") {
        ended.push(parse("a stream", &row)?);
    }
    // Before streams that begin afterwards are told anything.
    let mut messages: Vec<Message> = rows.take("lost").map(|_| Message::CloseAll).into_iter().collect();
    while let Some(row) = rows.take("ask") {
        messages.push(Message::Ask(parse("a stream", &row)?));
    }
    let users = rows.all("user").map(|row| parse("a user", &row)).collect::<Result<Vec<_>, _>>()?;
    messages.extend(ended.iter().cloned().map(Message::Close));
    // The next request tells a proxy that could not be reached.
    if proxies::tell_all(request, &messages).await && !ended.is_empty() {
        client.rows(statement!("close.sql"), &json!({ "streams": ended }))?;
    }
    proxies::tell_users(request, users).await;
    Ok(())
}
