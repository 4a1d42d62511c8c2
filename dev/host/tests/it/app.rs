//! A running app, on the engine that is tested.

use std::{net::SocketAddr, path::Path, sync::OnceLock};

use host::{Engine, Limits, Logs, Running};

use crate::client::{self, Answer};

pub struct App {
    running: Running,
    pub address: SocketAddr,
    pub logs: Logs,
}

/// Whether a test has to be left out, because Spin has nothing of the kind.
pub fn only_embedded() -> bool {
    if on_spin() {
        eprintln!("left out: Spin has nothing of the kind");
    }
    !on_spin()
}

/// Whether real Spin is what is tested.
pub fn on_spin() -> bool {
    std::env::var("TASKFLOW_ENGINE").is_ok_and(|engine| engine == "spin")
}

impl App {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(variables: &[(&str, &str)]) -> Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = || ENGINE.get_or_init(|| Engine::new(Limits::default()).expect("an engine"));
        Self::on((!on_spin()).then(engine), variables).await
    }

    /// An app on the embedded host with limits of its own.
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

    pub async fn get(&self, path: &str) -> Answer {
        client::send(self.address, "GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: impl ToString) -> Answer {
        client::send(self.address, "POST", path, &[], &body.to_string()).await
    }

    pub async fn stop(self) {
        self.running.stop().await.expect("the app stops");
    }
}

pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Its guest is built by `cargo dev test`.
fn manifest() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spin.toml"))
}
