//! The test app, running on the embedded host or on Spin.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;

use host::{Engine, Limits, Logs, Running};

use crate::client::{self, Response};

pub struct App {
    running: Running,
    pub address: SocketAddr,
    pub logs: Logs,
}

/// Returns true on the embedded host. A test of something that Spin lacks ends early otherwise.
pub fn is_embedded() -> bool {
    if is_spin() {
        eprintln!("skipped: Spin has no such feature");
    }
    !is_spin()
}

/// Returns true if the tests run on real Spin.
pub fn is_spin() -> bool {
    std::env::var("TASKFLOW_ENGINE").is_ok_and(|engine| engine == "spin")
}

impl App {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(variables: &[(&str, &str)]) -> Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = || ENGINE.get_or_init(|| Engine::new(Limits::default()).expect("an engine"));
        Self::on((!is_spin()).then(engine), variables).await
    }

    /// Starts the app on the embedded host with other limits.
    pub async fn limited(limits: Limits) -> Self {
        Self::limited_with(limits, &[]).await
    }

    pub async fn limited_with(limits: Limits, variables: &[(&str, &str)]) -> Self {
        Self::on(Some(&Engine::new(limits).expect("an engine")), variables).await
    }

    async fn on(engine: Option<&Engine>, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let logs = Logs::captured();
        let running = Running::start(engine, manifest(), &variables, any_port(), logs.clone()).await;
        let running = running.expect("the app starts");
        Self { address: running.address(), running, logs }
    }

    pub async fn get(&self, path: &str) -> Response {
        client::send(self.address, "GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: impl ToString) -> Response {
        client::send(self.address, "POST", path, &[], &body.to_string()).await
    }

    pub async fn stop(self) {
        self.running.stop().await.expect("the app stops");
    }
}

/// Address of any free port.
pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The manifest of the test app, whose guest is built by `cargo dev test`.
pub fn manifest() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spin.toml"))
}
