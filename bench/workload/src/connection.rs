//! A connection to a server, written by hand, so that the load generator costs next to nothing.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connection for one request after the other.
pub struct Connection {
    stream: TcpStream,
    request: String,
    response: Vec<u8>,
}

impl Connection {
    /// Opens a connection.
    pub async fn open(server: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server).await.with_context(|| format!("cannot reach {server}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request: String::new(), response: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the response. `line` is the request line without the version.
    pub async fn send(
        &mut self,
        line: &str,
        token: &str,
        key: Option<&str>,
        body: &str,
    ) -> anyhow::Result<u16> {
        match key {
            Some(key) => self.send_with(line, token, &[("idempotency-key", key)], body).await,
            None => self.send_with(line, token, &[], body).await,
        }
    }

    /// Sends a request with headers of its own and reads the response.
    pub async fn send_with(
        &mut self,
        line: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<u16> {
        self.begin(line)?;
        write!(self.request, "authorization: Bearer {token}\r\n")?;
        for (name, value) in headers {
            write!(self.request, "{name}: {value}\r\n")?;
        }
        self.exchange(body).await
    }

    /// Sends a request to a sidecar and reads the response.
    pub async fn send_to_dapr(&mut self, line: &str, token: &str, body: &str) -> anyhow::Result<u16> {
        self.begin(line)?;
        write!(self.request, "dapr-api-token: {token}\r\n")?;
        self.exchange(body).await
    }

    fn begin(&mut self, line: &str) -> std::fmt::Result {
        self.request.clear();
        write!(self.request, "{line} HTTP/1.1\r\nhost: bench\r\n")
    }

    async fn exchange(&mut self, body: &str) -> anyhow::Result<u16> {
        let length = body.len();
        write!(self.request, "content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")?;
        self.stream.write_all(self.request.as_bytes()).await?;
        self.response.clear();
        loop {
            let read = self.stream.read_buf(&mut self.response).await?;
            ensure!(read > 0, "the server closed the connection");
            if let Some((status, whole)) = status_and_length(&self.response)
                && self.response.len() >= whole
            {
                return Ok(status);
            }
        }
    }

    /// The last response with its head, for error messages.
    pub fn response(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.response)
    }

    /// A header of the last response, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.response[..head_length(&self.response)?]).ok()?;
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body of the last response.
    pub fn body(&self) -> &[u8] {
        &self.response[head_length(&self.response).unwrap_or_default()..]
    }
}

/// Length of a response's head, once that has arrived.
fn head_length(response: &[u8]) -> Option<usize> {
    Some(response.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4)
}

/// Status and whole length of a response, once its head has arrived.
fn status_and_length(response: &[u8]) -> Option<(u16, usize)> {
    let head = head_length(response)?;
    let text = std::str::from_utf8(&response[..head]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    // 204 has no body, and need not have a content-length.
    Some((status, head + length.or((status == 204).then_some(0))?))
}
