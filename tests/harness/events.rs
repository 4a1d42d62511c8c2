//! Sidecar and broker of one test: the embedded ones, or Dapr and a real broker with `cargo dev test --full`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use full::{Sidecars, kafka_secret};
use serde_json::json;
use sidecar::mail::{self, Mail};
use sidecar::{Mailbox, Sidecar, Tokens};
use tempfile::TempDir;

use crate::Database;
use crate::broker::{Broker, is_redis};

/// Token that Dapr sends to the functions.
pub const DAPR_TOKEN: &str = "sample-token-of-dapr";

/// A sidecar, its broker and a mailbox. Acknowledged events survive when these are killed.
pub struct Events {
    kind: Kind,
    app: Option<SocketAddr>,
    address: SocketAddr,
    files: PathBuf,
    _mailbox: Mailbox,
    folder: TempDir,
}

enum Kind {
    Embedded(Option<Sidecar>),
    // Dropped in this order.
    Full(Box<Sidecars>, Broker),
}

/// Deviations from the usual sidecar.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Retries of a failed delivery, by default as in `dapr/`.
    pub retries: Option<u32>,
    /// Mail server, by default a mailbox.
    pub smtp: Option<SocketAddr>,
    /// True if the test kills the broker, so that other tests cannot have it afterwards.
    pub own_broker: bool,
}

/// True if events go through a real broker and Dapr.
pub fn is_full() -> bool {
    daprd().is_some()
}

/// True if a user's events are delivered in order. Through Redis they may overtake each other, as Dapr
/// publishes and delivers those of a bulk at the same time.
pub fn keeps_order() -> bool {
    !is_redis()
}

fn daprd() -> Option<PathBuf> {
    std::env::var_os("TASKFLOW_DAPRD").map(Into::into)
}

impl Events {
    /// Starts the sidecar, its broker and a mailbox. Nothing is delivered before `deliver_to`.
    pub async fn start(database: &Database, options: Options) -> Self {
        let folder = TempDir::new().expect("a folder");
        let files = copy_files(folder.path(), options.retries);
        let mailbox = Mailbox::start(0, &folder.path().join("mail")).await.expect("a mailbox");
        let broker = match is_full() {
            true => Some(Broker::start(folder.path(), &files, options.own_broker).await),
            false => None,
        };
        let smtp = options.smtp.unwrap_or(mailbox.address());
        let mut secrets = json!({
            "postgres": { "connectionString": database.connection_string() },
            "smtp": {
                "host": smtp.ip().to_string(), "port": smtp.port().to_string(), "user": "", "password": "",
                "skipTLSVerify": "false", "emailFrom": "TaskFlow <taskflow@example.com>",
            },
        });
        match &broker {
            Some(broker) => secrets[broker.name()] = broker.secret(),
            None => secrets["kafka"] = kafka_secret(""),
        }
        std::fs::write(folder.path().join("secrets.json"), secrets.to_string())
            .expect("the secrets are written");
        let (kind, address) = match daprd().zip(broker) {
            Some((daprd, broker)) => {
                let sidecars = Sidecars::new(&daprd, &files, broker.name(), folder.path(), 0, tokens());
                let sidecars = sidecars.expect("sidecars");
                let address = sidecars.address();
                (Kind::Full(Box::new(sidecars), broker), address)
            }
            None => {
                let sidecar = embedded(&files, folder.path(), 0).await;
                let address = sidecar.address();
                (Kind::Embedded(Some(sidecar)), address)
            }
        };
        Self { kind, app: None, address, files, _mailbox: mailbox, folder }
    }

    /// Returns the port of the sidecar.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Sets the address of the app and starts deliveries.
    pub async fn deliver_to(&mut self, app: SocketAddr) {
        self.app = Some(app);
        match &mut self.kind {
            Kind::Embedded(Some(sidecar)) => sidecar.deliver_to(app),
            Kind::Embedded(None) => {}
            Kind::Full(sidecars, _) => sidecars.deliver_to(app).await.expect("Dapr starts"),
        }
    }

    /// Kills the sidecar.
    pub fn kill_sidecar(&mut self) {
        match &mut self.kind {
            Kind::Embedded(sidecar) => drop(sidecar.take()),
            Kind::Full(sidecars, _) => sidecars.kill(),
        }
    }

    /// Restarts the sidecar at its former address.
    pub async fn restart_sidecar(&mut self) {
        match &mut self.kind {
            Kind::Embedded(sidecar) => {
                *sidecar = Some(embedded(&self.files, self.folder.path(), self.address.port()).await);
            }
            Kind::Full(sidecars, _) => sidecars.launch().expect("Dapr starts again"),
        }
        if let Some(app) = self.app {
            self.deliver_to(app).await;
        }
    }

    /// Kills the broker. The embedded sidecar is its own.
    pub fn kill_broker(&mut self) {
        match &mut self.kind {
            Kind::Embedded(_) => self.kill_sidecar(),
            Kind::Full(_, broker) => broker.kill(),
        }
    }

    /// Restarts the broker with its data.
    pub async fn restart_broker(&mut self) {
        match &mut self.kind {
            Kind::Embedded(_) => self.restart_sidecar().await,
            Kind::Full(_, broker) => broker.launch(),
        }
    }

    /// Returns the mails that were sent so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let paths = mail::list(&self.folder.path().join("mail")).expect("the mailbox can be read");
        paths.iter().map(|path| mail::read(path).expect("a mail")).collect()
    }
}

impl Drop for Events {
    /// Kills Dapr, which takes seconds to end by itself.
    fn drop(&mut self) {
        if let Kind::Full(sidecars, _) = &mut self.kind {
            sidecars.kill();
        }
    }
}

fn tokens() -> Tokens {
    Tokens { api: String::new(), app: DAPR_TOKEN.into() }
}

/// Copies the sidecar's files, `dapr/`, with another number of retries.
fn copy_files(folder: &Path, retries: Option<u32>) -> PathBuf {
    let copy = folder.join("dapr");
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../dapr"), &copy);
    if let Some(retries) = retries {
        change(&copy.join("resiliency.yaml"), "maxRetries: 12", &format!("maxRetries: {retries}"));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the files") {
        let entry = entry.expect("a file");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file is copied");
        }
    }
}

/// Replaces a text in a file, which must contain it.
pub(crate) fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    assert!(text.contains(from), "{} has no `{from}`", path.display());
    std::fs::write(path, text.replace(from, to)).expect("the file is written");
}

/// Starts an embedded sidecar. Port 0 means any free port.
async fn embedded(files: &Path, folder: &Path, port: u16) -> Sidecar {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Sidecar::start(files, folder, address, tokens()).await.expect("the sidecar starts")
}
