//! GRIP proxies: what they are told. Each is told everything, as any of them may hold a stream of the user.
//!
//! Nothing depends on a message: a proxy that misses one asks, when the next one does not follow or when it
//! is told to.

use std::net::{IpAddr, ToSocketAddrs};

use dapr::http;
use dapr::time::wait;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Refusal, Rows, statement};
use web::{Request, log, now_ms};

use crate::NAME;
use crate::hold::{ALL_STREAMS, parse, stream_channel, user_channel};
use crate::page::Page;
use crate::position::Position;

/// Timeout of a proxy.
const TIMEOUT_MS: u64 = 1000;

/// Largest content of one request in bytes, unless it is a single message. Proxies accept a megabyte, in
/// which quotes are escaped.
const MAX_BATCH_BYTES: usize = 400 * 1024;

/// Pause between two messages to a user: clients get at most ten a second.
const SPACING_MS: u64 = 100;

/// Time after which the rest is left to the next request: no request runs forever.
const MAX_DURATION_MS: u64 = 5000;

/// Message to the proxies.
#[derive(Debug)]
pub enum Message {
    /// Changes of a user, for all streams that have the position before them.
    Changes {
        /// Id of the user.
        user: String,
        /// `seq` before them.
        previous: u64,
        /// The changes.
        page: Page,
    },
    /// The stream with this id has to ask what it has missed.
    Ask(String),
    /// The stream with this id has to be closed.
    Close(String),
    /// All streams have to be closed.
    CloseAll,
}

/// Row `publish` of the database.
#[derive(Deserialize)]
struct Published {
    user: String,
    previous: u64,
    page: Page,
}

impl Message {
    /// Takes the messages from a reply of the database.
    pub fn read(rows: &mut Rows) -> Result<Vec<Self>, Refusal> {
        let mut messages = Vec::new();
        while let Some(row) = rows.take("publish") {
            let Published { user, previous, page } = parse("a message to proxies", &row)?;
            messages.push(Self::Changes { user, previous, page });
        }
        Ok(messages)
    }

    /// Returns the message as an item of the publishing API of GRIP proxies, with the length of its content.
    fn to_item(&self) -> (Value, usize) {
        // Those have no place among the changes of the user, so their channel is another one.
        let action = |channel: &str, action: &str| {
            let formats = json!({ "http-stream": { "action": action } });
            (json!({ "channel": channel, "formats": formats }), 0)
        };
        match self {
            Self::Changes { user, previous, page } => {
                let (text, id) = (page.to_text(), page.position());
                let previous = Position { seq: *previous, ..id.clone() };
                let length = text.len();
                let item = json!({
                    "channel": user_channel(user),
                    "id": id.to_string(),
                    "prev-id": previous.to_string(),
                    "formats": { "http-stream": { "content": text } },
                });
                (item, length)
            }
            Self::Ask(stream) => action(&stream_channel(stream), "hint"),
            Self::Close(stream) => action(&stream_channel(stream), "close"),
            Self::CloseAll => action(ALL_STREAMS, "close"),
        }
    }
}

/// Returns true if there are proxies to tell.
pub fn are_configured() -> bool {
    !variables::get("grip_publish").unwrap_or_default().trim().is_empty()
}

/// Tells the proxies what has changed for some users. A user who was told of changes just before gets the
/// next ones together, a moment later.
pub async fn tell_users(request: &Request, mut users: Vec<String>) {
    let began = now_ms();
    while !users.is_empty() && now_ms() - began < MAX_DURATION_MS {
        let read = || {
            let client = request.service(NAME, None);
            let mut rows = client.call(statement!("messages.sql"), &json!({ "users": users }))?;
            let messages = Message::read(&mut rows)?;
            let later = rows.all("later").map(|row| parse("a user", &row)).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Refusal>((messages, later))
        };
        let (messages, later) = match read() {
            Ok(read) => read,
            Err(refusal) => {
                let message = "messages to proxies cannot be read";
                return log::fault(NAME, request.correlation_id(), message, &refusal);
            }
        };
        tell(request, messages).await;
        users = later;
        if !users.is_empty() {
            wait(SPACING_MS).await;
        }
    }
}

/// Sends messages to all proxies. If one does not take them, the streams of their users have to ask later.
pub async fn tell(request: &Request, messages: Vec<Message>) {
    if tell_all(request, &messages).await {
        return;
    }
    let user = |message: &Message| match message {
        Message::Changes { user, .. } => Some(user.clone()),
        _ => None,
    };
    let users: Vec<String> = messages.iter().filter_map(user).collect();
    let marked =
        request.service(NAME, None).rows(statement!("mark_uncertain.sql"), &json!({ "users": users }));
    if let Err(refusal) = marked {
        log::fault(NAME, request.correlation_id(), "lost messages cannot be noted", &refusal);
    }
}

/// Sends messages to all proxies at the same time. Returns true if all have taken them.
pub async fn tell_all(request: &Request, messages: &[Message]) -> bool {
    let requests = batches(messages);
    if requests.is_empty() {
        return true;
    }
    let told = join_all(addresses().into_iter().map(async |address| {
        let url = format!("{address}/publish/");
        for body in &requests {
            if let Err(cause) = send(&url, body).await {
                let message = "a proxy was not told of a change";
                log::warn(NAME, request.correlation_id(), message, ("cause", &format!("{address}: {cause}")));
                return false;
            }
        }
        true
    }));
    told.await.into_iter().all(|told| told)
}

async fn send(url: &str, body: &[u8]) -> Result<(), String> {
    let headers = [("content-type", "application/json")];
    match http::send(url, &headers, Some(body.to_vec()), TIMEOUT_MS).await {
        Ok(response) if (200..=299).contains(&response.status) => Ok(()),
        Ok(response) => Err(format!("status {}", response.status)),
        Err(error) => Err(store::chain(&error)),
    }
}

/// Makes bodies of requests, each small enough for a proxy.
fn batches(messages: &[Message]) -> Vec<Vec<u8>> {
    let (mut batches, mut items, mut bytes) = (Vec::new(), Vec::new(), 0);
    let body = |items: &[Value]| json!({ "items": items }).to_string().into_bytes();
    for message in messages {
        let (item, length) = message.to_item();
        if bytes + length > MAX_BATCH_BYTES && !items.is_empty() {
            batches.push(body(&items));
            items.clear();
            bytes = 0;
        }
        bytes += length;
        items.push(item);
    }
    if !items.is_empty() {
        batches.push(body(&items));
    }
    batches
}

/// Returns the publish addresses of the proxies. A name that has several network addresses, as that of a
/// headless Service has, stands for all of them.
fn addresses() -> Vec<String> {
    let list = variables::get("grip_publish").unwrap_or_default();
    let urls = list.split(',').map(|url| url.trim().trim_end_matches('/')).filter(|url| !url.is_empty());
    urls.flat_map(resolve).collect()
}

fn resolve(url: &str) -> Vec<String> {
    let as_given = || vec![url.to_owned()];
    let Some(authority) = url.strip_prefix("http://") else { return as_given() };
    let Some((host, port)) = authority.rsplit_once(':') else { return as_given() };
    let Ok(port) = port.parse::<u16>() else { return as_given() };
    if host.parse::<IpAddr>().is_ok() {
        return as_given();
    }
    // A host that does not resolve names for functions resolves the one in the request.
    match (host, port).to_socket_addrs().map(Iterator::collect::<Vec<_>>) {
        Ok(found) if found.len() > 1 => found.iter().map(|address| format!("http://{address}")).collect(),
        _ => as_given(),
    }
}
