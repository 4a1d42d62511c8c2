//! Dapr's sidecars: one for each app id of `dapr/dapr.yaml`, all in front of the same app.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sidecar::Tokens;

use crate::ports::free_ports;
use crate::probe::{get, responds};
use crate::program::{Program, last_line};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The sidecars of one app. Dropping this stops them.
pub struct Sidecars {
    daprd: PathBuf,
    files: PathBuf,
    /// Folder in `brokers`.
    broker: String,
    folder: PathBuf,
    tokens: Tokens,
    app_ids: Vec<String>,
    /// Ports of each sidecar: HTTP, gRPC, internal gRPC, metrics.
    ports: Vec<[u16; 4]>,
    app: Option<SocketAddr>,
    programs: Vec<Program>,
}

impl Sidecars {
    /// Prepares the sidecars of all app ids in `dapr.yaml`, for the broker with that folder in `brokers`.
    /// They run in `folder`, which holds `secrets.json`. The first, which functions call, listens on `port`,
    /// or any free port if that is 0.
    pub fn new(
        daprd: &Path,
        files: &Path,
        broker: &str,
        folder: &Path,
        port: u16,
        tokens: Tokens,
    ) -> Result<Self> {
        let app_ids = sidecar::read_app_ids(files)?;
        let mut ports = app_ids.iter().map(|_| free_ports()).collect::<Result<Vec<[u16; 4]>>>()?;
        if port != 0 {
            ports[0][0] = port;
        }
        Ok(Self {
            daprd: daprd.to_owned(),
            files: files.canonicalize()?,
            broker: broker.to_owned(),
            folder: folder.canonicalize()?,
            tokens,
            app_ids,
            ports,
            app: None,
            programs: Vec::new(),
        })
    }

    /// Address that functions call.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[0][0]))
    }

    /// Launches the sidecars in front of the app and waits until they can publish. If the app's address has
    /// not changed, they only have to be ready.
    pub async fn deliver_to(&mut self, app: SocketAddr) -> Result<()> {
        if self.app != Some(app) {
            self.app = Some(app);
            self.launch()?;
        }
        // Healthy is a sidecar that has started everything that it needs to publish.
        let healthy = get("/v1.0/healthz/outbound");
        for (id, ports) in self.app_ids.iter().zip(&self.ports) {
            let is_healthy = responds(ports[0], &healthy, "HTTP/1.1 204", START_TIMEOUT).await;
            ensure!(is_healthy, "the sidecar {id} does not start: {}", last_line(&self.log(id)));
        }
        Ok(())
    }

    /// Kills the sidecars, as a crash of their machine would.
    pub fn kill(&mut self) {
        self.programs.drain(..).for_each(Program::kill);
    }

    /// Launches the sidecars again after [`Self::kill`], at the same addresses.
    pub fn launch(&mut self) -> Result<()> {
        let app = self.app.context("the address of the app is not known yet")?;
        self.programs.clear();
        for (id, ports) in self.app_ids.iter().zip(&self.ports) {
            self.programs.push(Program::start(self.command(id, *ports, app), self.log(id))?);
        }
        Ok(())
    }

    fn log(&self, id: &str) -> PathBuf {
        self.folder.join(format!("daprd-{id}.log"))
    }

    fn command(&self, id: &str, [http, grpc, internal, metrics]: [u16; 4], app: SocketAddr) -> Command {
        let mut command = Command::new(&self.daprd);
        command
            .current_dir(&self.folder)
            .env("DAPR_API_TOKEN", &self.tokens.api)
            .env("APP_API_TOKEN", &self.tokens.app);
        command.args(["--app-id", id, "--log-level", "warn"]);
        for (name, port) in [
            ("--app-port", app.port()),
            ("--dapr-http-port", http),
            ("--dapr-grpc-port", grpc),
            ("--dapr-internal-grpc-port", internal),
            ("--metrics-port", metrics),
        ] {
            command.arg(name).arg(port.to_string());
        }
        for name in ["--dapr-listen-addresses", "--dapr-internal-grpc-listen-address"] {
            command.args([name, "127.0.0.1"]);
        }
        // Dapr does not read nested folders.
        for folder in ["components", &format!("brokers/{}", self.broker), "subscriptions", ""] {
            command.arg("--resources-path").arg(self.files.join(folder));
        }
        command.arg("--config").arg(self.files.join("config.yaml"));
        command
    }
}

impl Drop for Sidecars {
    fn drop(&mut self) {
        // All before the first is waited for, so that they stop at the same time.
        self.programs.iter_mut().for_each(Program::terminate);
    }
}
