//! Instructions to a GRIP proxy: to hold a stream, and how.

use std::fmt::Display;

use domain::Id;
use serde::de::DeserializeOwned;
use store::{Refusal, Rows};
use web::Response;

use crate::page::{HEARTBEAT, HEARTBEAT_SECONDS};
use crate::position::Position;

/// Seconds after which a proxy asks by itself. Pushpin asks ten times a second at most, for all of its
/// streams together, which is too seldom to depend on: `tend` tells streams to ask, more often than this. It is
/// for those that it cannot reach or does not know.
const LINK_SECONDS: u32 = 150;

/// Channel of all streams.
pub const ALL_STREAMS: &str = "streams";

/// Stream that a proxy is to hold.
pub struct Hold {
    stream: Id,
    user: String,
    /// Position of the client.
    position: Position,
}

impl Hold {
    /// Reads what the database says of a stream.
    pub fn read(stream: Id, position: Position, rows: &mut Rows) -> Result<Self, Refusal> {
        let user = parse("the user of a stream", &rows.require("user")?)?;
        Ok(Self { stream, user, position })
    }
}

/// Adds the instructions to a response. The proxy keeps the client connected, with heartbeats, and passes on
/// what is published to the user's channel. It asks at the link for what it has missed when a message does
/// not follow the one before. The link is for the proxy only, so the id in it is a secret. Through the second
/// channel the stream is told to ask, which shows that it is alive, or closed; through the third all are
/// closed.
pub fn hold(response: Response, hold: &Hold) -> Response {
    let Hold { stream, user, position } = hold;
    let heartbeat = HEARTBEAT.replace('\n', "\\n");
    let link = format!("/internal/realtime/streams/{stream}/{position}");
    response
        .with("grip-hold", "stream")
        .with(
            "grip-channel",
            format!("{}; prev-id={position}, {}, {ALL_STREAMS}", user_channel(user), stream_channel(stream)),
        )
        .with("grip-link", format!("<{link}>; rel=next; timeout={LINK_SECONDS}"))
        .with("grip-keep-alive", format!("{heartbeat}; format=cstring; timeout={HEARTBEAT_SECONDS}"))
}

/// Returns the channel with the changes of a user.
pub fn user_channel(user: &str) -> String {
    format!("user-{user}")
}

/// Returns the channel that closes a stream.
pub fn stream_channel(stream: impl Display) -> String {
    format!("stream-{stream}")
}

/// Parses a row of the database.
pub fn parse<T: DeserializeOwned>(what: &str, row: &str) -> Result<T, Refusal> {
    serde_json::from_str(row).map_err(|error| Refusal::unreadable(what, error))
}
