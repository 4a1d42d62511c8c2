//! TCP for the client: finds the address, connects in time, and says which of the two failed.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tower_service::Service;

tokio::task_local! {
    /// How long the request being sent lets a connection take. The pool has no other way to hand it down.
    pub static CONNECT_TIME: Duration;
}

#[derive(Clone)]
pub struct Connect;

#[derive(Debug)]
pub enum Unreachable {
    Unknown,
    Slow,
    Refused,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Unreachable {}

impl Service<Uri> for Connect {
    type Response = TokioIo<TcpStream>;
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unreachable>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Read here, on the task of the request: the future may be polled on another.
        let time = CONNECT_TIME.try_with(|time| *time);
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
            let addresses: Vec<_> = lookup_host((host, port)).await.map_err(|_| Unreachable::Unknown)?.collect();
            let connecting = TcpStream::connect(&*addresses);
            let stream = match time {
                Ok(time) => timeout(time, connecting).await.map_err(|_| Unreachable::Slow)?,
                Err(_) => connecting.await,
            };
            let stream = stream.map_err(|_| Unreachable::Refused)?;
            // Requests are small and wait for their answers.
            let _ = stream.set_nodelay(true);
            Ok(TokioIo::new(stream))
        })
    }
}
