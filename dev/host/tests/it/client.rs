//! HTTP client that sends requests as they are, including invalid ones.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::is_spin;

#[derive(Debug)]
pub struct Response {
    pub status: StatusCode,
    pub body: String,
}

impl Response {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns true for a status without a body.
    pub fn is_empty(&self, status: u16) -> bool {
        self.status == status && self.body.is_empty()
    }

    /// Returns true for an error of the host itself: a problem with a correlation id, or a status without a
    /// body on Spin.
    pub fn is_error(&self, status: u16) -> bool {
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        match is_spin() {
            true => self.is_empty(status),
            false => {
                self.status == status && problem["status"] == status && problem["correlation_id"].is_string()
            }
        }
    }
}

pub async fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let response = open(to, method, path, headers, Full::new(Bytes::from(body.to_owned()))).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a complete body").to_bytes();
    Response { status: head.status, body: String::from_utf8_lossy(&body).into_owned() }
}

/// Returns the response when its head has arrived. Dropping it closes the connection.
pub async fn open<B>(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: B,
) -> http::Response<Incoming>
where
    B: hyper::body::Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    let stream = TcpStream::connect(to).await.expect("a connection");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", to.to_string());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sender.send_request(request.body(body).expect("a request")).await.expect("a response")
}

/// Sends bytes and reads until the server closes the connection.
pub async fn raw(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    // The server may reject the request before it has read all of it.
    let _ = stream.write_all(bytes).await;
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8_lossy(&response).into_owned()
}
