//! A sidecar that runs by the files of the project, with secrets of the test's own.

use std::net::SocketAddr;
use std::path::Path;

use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sidecar::{Mailbox, Sidecar, Tokens};
use tempfile::TempDir;

pub const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dapr");
pub const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

pub struct World {
    pub sidecar: Sidecar,
    pub data: TempDir,
    _mailbox: Mailbox,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// The status and Dapr's code.
    pub fn failure(&self) -> (u16, String) {
        (self.status, self.json()["errorCode"].as_str().unwrap().to_owned())
    }
}

/// What `cargo dev up` would write.
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

/// Nobody listens there.
pub const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable";

pub async fn start(files: &Path, data: &Path, secrets: &Value) -> anyhow::Result<Sidecar> {
    std::fs::write(data.join("secrets.json"), secrets.to_string()).unwrap();
    Sidecar::start(files, data, LOCAL, Tokens { api: String::new(), app: "token-of-app".into() }).await
}

impl World {
    pub async fn new() -> Self {
        Self::with_database(NOWHERE).await
    }

    pub async fn with_database(connection_string: &str) -> Self {
        Self::with(|mailbox| secrets(connection_string, mailbox)).await
    }

    pub async fn with(secrets: impl FnOnce(SocketAddr) -> Value) -> Self {
        let data = TempDir::new().unwrap();
        let mailbox = Mailbox::start(0, &data.path().join("mail")).await.unwrap();
        let sidecar = start(Path::new(FILES), data.path(), &secrets(mailbox.address())).await.unwrap();
        Self { sidecar, data, _mailbox: mailbox }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &[], &body.to_string()).await
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        call(self.sidecar.address(), method, path, headers, body).await
    }
}

pub async fn call(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("http://{to}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(bytes::Bytes::from(body.to_owned()))).unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}
