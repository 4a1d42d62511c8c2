//! Sidecar and broker of one test: the embedded ones, or Dapr and Kafka with `cargo dev test --full`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use full::kafka::{Installed, Kafka};
use full::{Programs, Sidecars};
use serde_json::json;
use sidecar::mail::{self, Mail};
use sidecar::{Mailbox, Sidecar, Tokens};
use tempfile::TempDir;

use crate::Database;

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
    Full(Box<Sidecars>, Kafka),
}

/// True if events go through Kafka and Dapr.
pub fn is_full() -> bool {
    std::env::var_os("TASKFLOW_DAPRD").is_some()
}

impl Events {
    /// Starts the sidecar, its broker and a mailbox. Nothing is delivered before `deliver_to`. A failed
    /// delivery is retried `retries` times, by default as in `dapr/`. Mail goes to `smtp`, by default to the
    /// mailbox.
    pub async fn start(database: &Database, retries: Option<u32>, smtp: Option<SocketAddr>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let files = files(folder.path(), retries);
        let mailbox = Mailbox::start(0, &folder.path().join("mail")).await.expect("a mailbox");
        let kafka = match programs() {
            Some(programs) => {
                let topics = sidecar::read_topics(&files).expect("the topics");
                let kafka = Kafka::start(&programs.kafka, &folder.path().join("kafka"), &topics).await;
                Some((kafka.expect("Kafka starts"), programs.daprd))
            }
            None => None,
        };
        let smtp = smtp.unwrap_or(mailbox.address());
        let secrets = json!({
            "kafka": {
                "brokers": kafka.as_ref().map(|(kafka, _)| kafka.brokers()).unwrap_or_default(),
                "authType": "none",
            },
            "postgres": { "connectionString": database.connection_string() },
            "smtp": {
                "host": smtp.ip().to_string(), "port": smtp.port().to_string(), "user": "", "password": "",
                "skipTLSVerify": "false", "emailFrom": "TaskFlow <taskflow@example.com>",
            },
        });
        std::fs::write(folder.path().join("secrets.json"), secrets.to_string())
            .expect("the secrets are written");
        let (kind, address) = match kafka {
            Some((kafka, daprd)) => {
                let sidecars = Sidecars::new(&daprd, &files, folder.path(), 0, tokens()).expect("sidecars");
                let address = sidecars.address();
                (Kind::Full(Box::new(sidecars), kafka), address)
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

    /// Kills Kafka. The embedded sidecar is its own broker.
    pub fn kill_broker(&mut self) {
        match &mut self.kind {
            Kind::Embedded(_) => self.kill_sidecar(),
            Kind::Full(_, kafka) => kafka.kill(),
        }
    }

    /// Restarts Kafka with its data.
    pub async fn restart_broker(&mut self) {
        match &mut self.kind {
            Kind::Embedded(_) => self.restart_sidecar().await,
            Kind::Full(_, kafka) => kafka.launch().expect("Kafka starts again"),
        }
    }

    /// Returns the mails that were sent so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let paths = mail::list(&self.folder.path().join("mail")).expect("the mailbox can be read");
        paths.iter().map(|path| mail::read(path).expect("a mail")).collect()
    }
}

impl Drop for Events {
    /// Kills Dapr and Kafka, which take seconds to end by themselves.
    fn drop(&mut self) {
        if let Kind::Full(sidecars, kafka) = &mut self.kind {
            sidecars.kill();
            kafka.kill();
        }
    }
}

fn programs() -> Option<Programs> {
    let path = |name: &str| std::env::var_os(name).map(Into::into);
    Some(Programs { daprd: path("TASKFLOW_DAPRD")?, kafka: Installed(path("TASKFLOW_KAFKA")?) })
}

fn tokens() -> Tokens {
    Tokens { api: String::new(), app: DAPR_TOKEN.into() }
}

/// Returns the folder of the sidecar's files: `dapr/`, or a copy with fewer retries.
fn files(folder: &Path, retries: Option<u32>) -> PathBuf {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dapr");
    let Some(retries) = retries else { return files };
    let changed = folder.join("dapr");
    std::fs::create_dir(&changed).expect("a folder");
    for entry in std::fs::read_dir(&files).expect("the files").map(|entry| entry.expect("a file").file_name())
    {
        std::os::unix::fs::symlink(files.join(&entry), changed.join(&entry)).expect("a link");
    }
    let path = changed.join("resiliency.yaml");
    let policies = std::fs::read_to_string(&path).expect("the policies can be read");
    let fewer = policies.replace("maxRetries: 12", &format!("maxRetries: {retries}"));
    assert_ne!(fewer, policies, "resiliency.yaml has the number of retries");
    std::fs::remove_file(&path).expect("the link to the policies");
    std::fs::write(&path, fewer).expect("the policies are written");
    changed
}

/// Starts an embedded sidecar. Port 0 means any free port.
async fn embedded(files: &Path, folder: &Path, port: u16) -> Sidecar {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Sidecar::start(files, folder, address, tokens()).await.expect("the sidecar starts")
}
