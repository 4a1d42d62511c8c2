//! A relay in front of the address at which a proxy takes messages. It can lose them, hang, or fail. Without a
//! proxy behind it, it takes them itself.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Fault of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None: every message is taken.
    None,
    /// One of that many messages breaks the connection.
    Loses(usize),
    /// Requests are accepted, and get no response.
    Hangs,
    /// Requests are answered with a status of 500.
    Fails,
}

/// Relay in front of a proxy.
pub struct MessageRelay {
    url: String,
    state: Arc<State>,
}

struct State {
    /// Address of the proxy.
    target: Option<String>,
    fault: watch::Sender<Fault>,
    requests: AtomicUsize,
    messages: Mutex<Vec<Value>>,
}

impl MessageRelay {
    /// Starts a relay without a proxy behind it.
    pub async fn start(fault: Fault) -> Self {
        Self::to(None, fault).await
    }

    /// Starts a relay to the proxy that takes messages at a URL.
    pub(crate) async fn in_front_of(url: &str, fault: Fault) -> Self {
        Self::to(Some(url.trim_start_matches("http://").to_owned()), fault).await
    }

    async fn to(target: Option<String>, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            target,
            fault: watch::Sender::new(fault),
            requests: AtomicUsize::new(0),
            messages: Mutex::default(),
        });
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, served.clone()));
            }
        });
        Self { url, state }
    }

    /// Returns the URL that functions publish to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Has this fault from now on. Requests that hang get no response any more.
    pub fn set_fault(&self, fault: Fault) {
        self.state.fault.send_replace(fault);
    }

    /// Returns the messages that were taken so far.
    pub fn messages(&self) -> Vec<Value> {
        self.state.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    /// Takes the messages of a request. Returns false if the proxy does not.
    async fn take(&self, request: &[u8]) -> io::Result<bool> {
        if let Some(target) = &self.target {
            let mut proxy = TcpStream::connect(target).await?;
            proxy.write_all(request).await?;
            let mut status = [0; 12];
            proxy.read_exact(&mut status).await?;
            return Ok(status.ends_with(b" 200"));
        }
        let body = request.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|end| &request[end + 4..]);
        let body: Value = serde_json::from_slice(body.unwrap_or_default()).expect("a body of JSON");
        let items = body["items"].as_array().expect("items");
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).extend(items.iter().cloned());
        Ok(true)
    }
}

/// Serves the requests of a connection. An error closes it.
async fn serve(mut client: TcpStream, state: Arc<State>) -> io::Result<()> {
    let mut received = Vec::new();
    while let Some(request) = read_request(&mut client, &mut received).await? {
        let number = state.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let fault = *state.fault.borrow();
        let is_taken = match fault {
            Fault::Loses(every) if number.is_multiple_of(every) => return Ok(()),
            Fault::Hangs => return std::future::pending().await,
            Fault::Fails => false,
            Fault::None | Fault::Loses(_) => state.take(&request).await?,
        };
        let status = if is_taken { "200 OK" } else { "500 Internal Server Error" };
        let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        client.write_all(response.as_bytes()).await?;
    }
    Ok(())
}

/// Reads a request with a `Content-Length`. Returns `None` if the client has closed the connection.
async fn read_request(client: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        if let Some(length) = length_of_request(received)
            && received.len() >= length
        {
            return Ok(Some(received.drain(..length).collect()));
        }
        if client.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// Returns the length of a request, once its head has arrived.
fn length_of_request(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&received[..head]);
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + length.unwrap_or(0))
}
