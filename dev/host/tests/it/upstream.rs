//! A server for requests of components, which records them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::any_port;

pub struct Upstream {
    pub port: String,
    pub connections: Arc<AtomicUsize>,
    received: UnboundedReceiver<String>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(any_port()).await.expect("a port");
        let port = listener.local_addr().expect("an address").port().to_string();
        let (sender, received) = unbounded_channel();
        let connections = Arc::<AtomicUsize>::default();
        tokio::spawn(accept(listener, sender, connections.clone()));
        Self { port, connections, received }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Waits for the next request and returns its body.
    pub async fn next(&mut self) -> String {
        self.received.recv().await.expect("the upstream runs")
    }
}

async fn accept(listener: TcpListener, sender: UnboundedSender<String>, connections: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        let sender = sender.clone();
        let respond = move |request| respond(request, sender.clone());
        tokio::spawn(async move {
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(respond)).await;
        });
    }
}

async fn respond(
    request: Request<Incoming>,
    sender: UnboundedSender<String>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let _ = sender.send(String::from_utf8_lossy(&body).into_owned());
    let host = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("none");
    Ok(Response::new(format!("{} {} for {host}", head.method, head.uri).into()))
}
