//! Body of a response that is written bit by bit.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::pin::Pin;

use futures::{Sink, SinkExt};

/// Body of a response that is written bit by bit. Dropping it ends the response.
pub struct Output(Pin<Box<dyn Sink<Vec<u8>, Error = Disconnected>>>);

/// The client has closed the connection.
#[derive(Debug)]
pub struct Disconnected;

impl Display for Disconnected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the client has closed the connection")
    }
}

impl Error for Disconnected {}

impl Output {
    pub(crate) fn new<E>(body: impl Sink<Vec<u8>, Error = E> + 'static) -> Self {
        Self(Box::pin(body.sink_map_err(|_| Disconnected)))
    }

    /// Writes a text, and waits until the host has taken it: longer if the client reads slowly.
    pub async fn write(&mut self, text: String) -> Result<(), Disconnected> {
        self.0.send(text.into_bytes()).await
    }
}

impl Debug for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}
