//! Dapr's sidecars: one for each app id of `dapr/dapr.yaml`, all in front of the same app.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sidecar::Tokens;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ports::free_ports;
use crate::program::{Program, last_words};

const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// Sidecars of one app. They end when this is dropped.
pub struct Sidecars {
    daprd: PathBuf,
    files: PathBuf,
    folder: PathBuf,
    tokens: Tokens,
    ids: Vec<String>,
    /// Four for each sidecar: HTTP, gRPC, between sidecars, metrics.
    ports: Vec<[u16; 4]>,
    app: Option<SocketAddr>,
    programs: Vec<Program>,
}

impl Sidecars {
    /// Gets them ready to start, with their working folder where `secrets.json` is. The first listens at that port for the
    /// functions, 0 for any that is free.
    pub fn new(daprd: &Path, files: &Path, folder: &Path, port: u16, tokens: Tokens) -> Result<Self> {
        let ids = sidecar::apps(files)?;
        let mut ports = ids.iter().map(|_| free_ports()).collect::<Result<Vec<[u16; 4]>>>()?;
        if port != 0 {
            ports[0][0] = port;
        }
        Ok(Self {
            daprd: daprd.to_owned(),
            files: files.canonicalize()?,
            folder: folder.canonicalize()?,
            tokens,
            ids,
            ports,
            app: None,
            programs: Vec::new(),
        })
    }

    /// Where functions reach theirs.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[0][0]))
    }

    /// Starts them in front of the app, and waits until they can publish. When the app starts again in its place, they are told
    /// nothing.
    pub async fn deliver_to(&mut self, app: SocketAddr) -> Result<()> {
        if self.app != Some(app) {
            self.app = Some(app);
            self.run()?;
        }
        let began = Instant::now();
        for (id, ports) in self.ids.iter().zip(&self.ports) {
            while !is_ready(ports[0]).await {
                let in_time = began.elapsed() < STARTS_WITHIN;
                ensure!(in_time, "the sidecar {id} does not start: {}", last_words(&self.log(id)));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// Ends them, as if their machine had died.
    pub fn lose(&mut self) {
        self.programs.drain(..).for_each(Program::kill);
    }

    /// Starts them again, where they were.
    pub fn run(&mut self) -> Result<()> {
        let app = self.app.context("the sidecars do not know the app")?;
        self.programs.clear();
        for (id, ports) in self.ids.iter().zip(&self.ports) {
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
        // Dapr does not look into folders of folders.
        for folder in ["components", "subscriptions", ""] {
            command.arg("--resources-path").arg(self.files.join(folder));
        }
        command.arg("--config").arg(self.files.join("config.yaml"));
        command
    }
}

impl Drop for Sidecars {
    fn drop(&mut self) {
        // All at once, so that each is waited for only once.
        self.programs.iter_mut().for_each(Program::ask_to_end);
    }
}

/// Whether it has started all that it needs to publish.
async fn is_ready(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream
            .write_all(b"GET /v1.0/healthz/outbound HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    ask.await.is_ok_and(|answer| &answer == b"HTTP/1.1 204")
}
