//! A sidecar with the files of the project, and with secrets, data and a mailbox for one test.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use sidecar::{Mailbox, Sidecar, Tokens};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dapr");
pub const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

pub struct World {
    pub sidecar: Sidecar,
    pub data: TempDir,
    _mailbox: Mailbox,
}

pub struct TestResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// Returns the status and Dapr's error code.
    pub fn failure(&self) -> (u16, String) {
        (self.status, self.json()["errorCode"].as_str().unwrap().to_owned())
    }
}

/// Returns secrets such as `cargo dev up` writes.
pub fn secrets(connection_string: &str, smtp: SocketAddr) -> Value {
    json!({
        "kafka": { "brokers": "", "authType": "none" },
        "postgres": { "connectionString": connection_string },
        "smtp": {
            "host": smtp.ip().to_string(), "port": smtp.port().to_string(), "user": "", "password": "",
            "skipTLSVerify": "false", "emailFrom": "TaskFlow <taskflow@example.com>",
        },
    })
}

/// An address that nothing listens on.
pub const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable";

pub async fn start(files: &Path, data: &Path, secrets: &Value) -> anyhow::Result<Sidecar> {
    std::fs::write(data.join("secrets.json"), secrets.to_string()).unwrap();
    Sidecar::start(files, data, LOCAL, Tokens { api: String::new(), app: "token-of-app".into() }).await
}

/// Copies the files of the project and changes one of them.
pub fn changed(name: &str, from: &str, to: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for sub in ["", "brokers/kafka", "components", "subscriptions"] {
        std::fs::create_dir_all(folder.path().join(sub)).unwrap();
        for entry in std::fs::read_dir(Path::new(FILES).join(sub)).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), folder.path().join(sub).join(entry.file_name())).unwrap();
            }
        }
    }
    let path = folder.path().join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(&path, text.replace(from, to)).unwrap();
    let files = folder.path().to_owned();
    (folder, files)
}

/// Responder of an app: returns status and body for a route and a request body, or `None` for no response.
pub type Responder = fn(&str, &Value) -> Option<(u16, Value)>;

/// Starts an app. Returns its address and the requests that it receives: paths and bodies.
pub async fn app(respond: Responder) -> (SocketAddr, UnboundedReceiver<(String, Value)>) {
    let listener = TcpListener::bind(LOCAL).await.unwrap();
    let (address, (sender, requests)) = (listener.local_addr().unwrap(), unbounded_channel());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let sender = sender.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let sender = sender.clone();
                async move {
                    let path = request.uri().path().to_owned();
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    let response = respond(&path, &body);
                    // Fails if the test is over.
                    let _ = sender.send((path, body));
                    let (status, response) = match response {
                        Some(response) => response,
                        None => std::future::pending().await,
                    };
                    let body = Full::new(bytes::Bytes::from(response.to_string()));
                    Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (address, requests)
}

impl World {
    pub async fn new() -> Self {
        Self::with_database(NOWHERE).await
    }

    pub async fn with_database(connection_string: &str) -> Self {
        Self::with_secrets(|mailbox| secrets(connection_string, mailbox)).await
    }

    pub async fn with_secrets(secrets: impl FnOnce(SocketAddr) -> Value) -> Self {
        Self::with_files(Path::new(FILES), secrets).await
    }

    /// Starts with other files.
    pub async fn with_files(files: &Path, secrets: impl FnOnce(SocketAddr) -> Value) -> Self {
        let data = TempDir::new().unwrap();
        let mailbox = Mailbox::start(0, &data.path().join("mail")).await.unwrap();
        let sidecar = start(files, data.path(), &secrets(mailbox.address())).await.unwrap();
        Self { sidecar, data, _mailbox: mailbox }
    }

    /// Stops the sidecar, and starts it again with the same data.
    pub async fn restarted(self) -> Self {
        let Self { sidecar, data, _mailbox: mailbox } = self;
        sidecar.stop().await;
        let sidecar =
            start(Path::new(FILES), data.path(), &secrets(NOWHERE, mailbox.address())).await.unwrap();
        Self { sidecar, data, _mailbox: mailbox }
    }

    pub async fn get(&self, path: &str) -> TestResponse {
        self.call("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.call("POST", path, &[], &body.to_string()).await
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TestResponse {
        call(self.sidecar.address(), method, path, headers, body).await
    }
}

pub async fn call(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> TestResponse {
    let mut request = Request::builder().method(method).uri(format!("http://{to}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(bytes::Bytes::from(body.to_owned()))).unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    TestResponse { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}
