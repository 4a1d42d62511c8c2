//! TCP connector of the client. Its error tells an unknown host from a connection that timed out or was
//! refused.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tower_service::Service;

tokio::task_local! {
    /// Connect timeout of the request being sent. The pool offers no other way to pass it to the connector.
    pub static CONNECT_TIMEOUT: Duration;
}

#[derive(Clone)]
pub struct Connector;

#[derive(Debug)]
pub enum ConnectError {
    UnknownHost,
    TimedOut,
    Refused,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownHost => "the host name cannot be resolved",
            Self::TimedOut => "the connection timed out",
            Self::Refused => "the connection was refused",
        })
    }
}

impl Error for ConnectError {}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Read on the task of the request, because the future may be polled on another.
        let limit = CONNECT_TIMEOUT.try_with(|limit| *limit);
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
            let addresses: Vec<_> =
                lookup_host((host, port)).await.map_err(|_| ConnectError::UnknownHost)?.collect();
            let connecting = TcpStream::connect(&*addresses);
            let stream = match limit {
                Ok(limit) => timeout(limit, connecting).await.map_err(|_| ConnectError::TimedOut)?,
                Err(_) => connecting.await,
            };
            let stream = stream.map_err(|_| ConnectError::Refused)?;
            // Small requests must not wait for more data to fill a packet.
            let _ = stream.set_nodelay(true);
            Ok(TokioIo::new(stream))
        })
    }
}
