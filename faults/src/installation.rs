//! A whole TaskFlow: database, sidecar, and one host or two, each in a process of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use embedded_postgres::{DataFolder, Embedded, Purpose, random_secret};
use operations::{DatabaseUrl, Release, Role};
use serde_json::json;
use sidecar::Tokens;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use workload::process::{self, Signal};
use workload::{Process, users};

use crate::events::{self, Events};
use crate::part::project;

/// Time for a crashed database to run again.
const DATABASE_STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A running TaskFlow. Dropping it stops all of it.
pub struct Installation {
    // Dropped in this order.
    hosts: [Option<Process>; 2],
    pub events: Events,
    pub postgres: Embedded,
    data: DataFolder,
    /// The database with the credentials of its owner.
    pub database: DatabaseUrl,
    /// Addresses of the hosts that writers choose from.
    serving: watch::Sender<Vec<SocketAddr>>,
    ports: [u16; 2],
    environment: Vec<(String, String)>,
    processes: Processes,
}

/// Ids of the processes that a soak watches: the first host, and the sidecar.
pub type Processes = Arc<Mutex<[Option<u32>; 2]>>;

impl Installation {
    /// Starts TaskFlow with empty data in a folder, with one host.
    pub async fn start(folder: &Path, full: bool) -> anyhow::Result<Self> {
        let data = DataFolder::take(folder)?;
        let files = data.file("events");
        for old in [&files, &data.file("kafka")] {
            if old.exists() {
                std::fs::remove_dir_all(old).with_context(|| format!("cannot remove {}", old.display()))?;
            }
        }
        for old in ["host-0.log", "host-1.log", "sidecar.log"] {
            // There is none yet at the first run.
            let _ = std::fs::remove_file(data.file(old));
        }
        let postgres = Embedded::start(&data, 0, Purpose::Drills).await?;
        let database = postgres.url("postgres");
        operations::migrate::up(&Release::read(project())?, &database).await?;
        let client = database.connect().await?;
        for sql in [users::LIMITS, include_str!("record.sql")] {
            client.batch_execute(sql).await.context("cannot prepare the database")?;
        }

        let kafka = if full { Some(events::start_kafka(&data.file("kafka")).await?) } else { None };
        let brokers = kafka.as_ref().map(|kafka| kafka.brokers()).unwrap_or_default();
        write_secrets(&files, &database, &brokers)?;
        let [first, second, sidecar] = full::free_ports()?;
        let tokens = Tokens { api: random_secret()?, app: random_secret()? };
        let mut environment = database.variables();
        environment.insert("dapr_port".into(), sidecar.to_string());
        environment.insert("dapr_api_token".into(), tokens.api.clone());
        environment.insert("app_api_token".into(), tokens.app.clone());
        let environment: Vec<_> = environment
            .into_iter()
            .map(|(name, value)| (format!("SPIN_VARIABLE_{}", name.to_uppercase()), value))
            .collect();

        let host = start_host(&data, 0, first, &environment).await?;
        let events = match kafka {
            Some(kafka) => Events::full(sidecar, host.address(), &files, tokens, kafka).await?,
            None => Events::embedded(sidecar, host.address(), &files, environment.clone()).await?,
        };
        let installation = Self {
            serving: watch::Sender::new(vec![host.address()]),
            hosts: [Some(host), None],
            events,
            postgres,
            data,
            database,
            ports: [first, second],
            environment,
            processes: Processes::default(),
        };
        installation.publish_ids();
        Ok(installation)
    }

    /// Addresses of the hosts that writers choose from, as they change.
    pub fn serving(&self) -> watch::Receiver<Vec<SocketAddr>> {
        self.serving.subscribe()
    }

    /// Ids of the processes that a soak watches, as they change.
    pub fn processes(&self) -> Processes {
        Arc::clone(&self.processes)
    }

    /// Folder of the database and of all logs.
    pub fn folder(&self) -> PathBuf {
        self.data.file("")
    }

    /// True if the database is in that folder. Root's is elsewhere if other users cannot enter the folder.
    pub fn is_in_one_folder(&self) -> bool {
        self.data.postgres().starts_with(self.folder())
    }

    /// Starts a host, the first (0) or the second (1), also after it was killed.
    pub async fn start_host(&mut self, number: usize) -> anyhow::Result<()> {
        let host = start_host(&self.data, number, self.ports[number], &self.environment).await?;
        let address = host.address();
        self.hosts[number] = Some(host);
        self.serving.send_modify(|serving| {
            if !serving.contains(&address) {
                serving.push(address);
            }
        });
        self.publish_ids();
        Ok(())
    }

    /// Kills a host. Writers still try it, as a client that knows its address would.
    pub async fn kill_host(&mut self, number: usize) -> anyhow::Result<()> {
        match self.hosts[number].take() {
            Some(host) => host.kill().await,
            None => Ok(()),
        }
    }

    /// Takes a host from those that writers choose from.
    pub fn forget_host(&self, number: usize) {
        self.serving.send_modify(|serving| serving.retain(|address| address.port() != self.ports[number]));
    }

    /// Starts the sidecar after it was killed.
    pub async fn start_sidecar(&mut self) -> anyhow::Result<()> {
        self.events.start_sidecar().await?;
        self.publish_ids();
        Ok(())
    }

    /// Kills all processes of the database, as a crash of its machine would.
    pub fn kill_database(&self) -> anyhow::Result<()> {
        // The server comes first, so that it replaces none of the others, which may end by themselves then.
        let group = process::group(self.postgres.process_id())?;
        for (number, id) in group.into_iter().enumerate() {
            let sent = process::send(id, Signal::KILL);
            ensure!(number > 0 || sent.is_ok(), "the database had ended before it was killed");
        }
        Ok(())
    }

    /// Starts the database after it has ended.
    pub async fn start_database(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while let Err(error) = self.postgres.launch().await {
            if began.elapsed() > DATABASE_STARTS_WITHIN {
                return Err(error.context("the database does not start again"));
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Waits until the database accepts connections, and starts it if it has ended.
    pub async fn revive_database(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.database.connect().await.is_err() {
            if timeout(Duration::ZERO, self.postgres.unexpected_exit()).await.is_ok() {
                return self.start_database().await;
            }
            ensure!(began.elapsed() < DATABASE_STARTS_WITHIN, "the database does not recover");
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    fn publish_ids(&self) {
        let host = self.hosts[0].as_ref().and_then(|host| host.id().ok());
        *self.processes.lock().unwrap_or_else(PoisonError::into_inner) = [host, self.events.sidecar_id()];
    }
}

async fn start_host(
    data: &DataFolder,
    number: usize,
    port: u16,
    environment: &[(String, String)],
) -> anyhow::Result<Process> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let log = data.file(&format!("host-{number}.log"));
    Process::start(&program, &["host", &port.to_string()], environment, Some(&log)).await
}

/// Writes the secrets of the sidecar. Nobody has an e-mail address, so no mail is sent.
fn write_secrets(folder: &Path, database: &DatabaseUrl, brokers: &str) -> anyhow::Result<()> {
    let secrets = json!({
        "kafka": full::kafka_secret(brokers),
        "postgres": { "connectionString": Role::Dapr.url(database).connection_string("dapr") },
        "smtp": {
            "host": "127.0.0.1", "port": "25", "user": "", "password": "",
            "skipTLSVerify": "false", "emailFrom": "TaskFlow <taskflow@localhost>",
        },
    });
    let path = folder.join("secrets.json");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, secrets.to_string()))
        .with_context(|| format!("cannot write {}", path.display()))
}
