//! Request body with a timeout, so that a client that stops sending does not hold an instance for long.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};
use wasmtime_wasi_http::Error;

/// Longest time between two frames.
const FRAME_TIMEOUT: Duration = Duration::from_secs(10);

pub struct TimedBody {
    body: Incoming,
    /// Longest time from the first wait for a frame to the end.
    limit: Duration,
    frame_timer: Option<Pin<Box<Sleep>>>,
    body_timer: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub fn new(body: Incoming, limit: Duration) -> Self {
        Self { body, limit, frame_timer: None, body_timer: None }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.frame_timer = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = self.limit;
        let body_timer = self.body_timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        let is_late = body_timer.as_mut().poll(context).is_ready();
        let frame_timer = self.frame_timer.get_or_insert_with(|| Box::pin(sleep(FRAME_TIMEOUT)));
        match frame_timer.as_mut().poll(context).is_ready() || is_late {
            true => Poll::Ready(Some(Err(Error::ConnectionReadTimeout))),
            false => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
