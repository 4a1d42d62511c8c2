//! The embedded sidecar: the part of Dapr's HTTP API that TaskFlow uses, on one machine and without a broker.
//! It is configured by the same files in `dapr/` as Dapr.
//!
//! Publishing appends to a [`log`] on disk, one for each partition of a topic. Each subscription has an
//! offset in each of these logs ([`deliver`]). So delivery is at least once and in order for each key, also
//! after `kill -9`.
//!
//! Each of the other building blocks is a module, called by [`server`].

mod access;
mod app;
mod bindings;
mod component;
mod config;
mod configuration;
mod cron;
mod deliver;
mod event;
mod invoke;
mod log;
pub mod mail;
mod mailbox;
mod offsets;
mod postgres;
mod publish;
mod request;
mod response;
mod secrets;
mod server;
mod smtp;
mod state;
mod topics;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::bindings::OutputBindings;
use crate::config::Config;
use crate::configuration::ConfigurationStores;
use crate::offsets::Offsets;
use crate::publish::Publisher;
use crate::secrets::SecretStores;
use crate::server::Api;
use crate::state::StateStores;
use crate::topics::Topics;

pub use crate::config::{Topic, read_app_ids, read_topics};
pub use crate::mailbox::Mailbox;

const EXPIRY_INTERVAL: Duration = Duration::from_secs(3600);

/// A running sidecar. Dropping it stops it at once.
pub struct Sidecar {
    address: SocketAddr,
    app: watch::Sender<Option<SocketAddr>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Tokens between the sidecar and the app.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Token that callers of the sidecar send. If it is empty, none is needed.
    pub api: String,
    /// Token that the sidecar sends to the app.
    pub app: String,
}

impl Sidecar {
    /// Starts a sidecar that is configured by the files of a folder such as `dapr/`. Its data folder holds
    /// the secrets file and the topics. Delivery begins with [`Self::deliver_to`].
    pub async fn start(files: &Path, data: &Path, address: SocketAddr, tokens: Tokens) -> Result<Self> {
        let mut config = Config::read(files)?;
        let secrets = SecretStores::open(&config.components, data)?;
        config.components.iter().try_for_each(|component| secrets.check(component))?;
        // Functions call the sidecar of the first app id, which loads only the components in its scope.
        config.components.retain(|component| component.is_in_scope_of(&config.app_ids[0]));
        let components = &config.components;
        let configuration = ConfigurationStores::open(components, &secrets)?;
        let state = StateStores::open(components, &secrets)?;
        let bindings = OutputBindings::open(components, &secrets, &config.resiliency.binding_timeouts)?;
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        let topics = Arc::new(Topics::open(&config.topics, &data.join("topics"))?);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (sender, receiver) = watch::channel(None);
        let app = App::new(receiver, tokens.app);
        let offsets = Offsets::open(&data.join("offsets.json"), &tasks, stop.clone())?;
        deliver::start(&config, &topics, &offsets, &app, &tasks, &stop)?;
        cron::start(&config.crons, &app, &tasks, &stop);
        tasks.spawn(stop.clone().run_until_cancelled_owned(delete_expired(Arc::clone(&topics))));
        let publisher = Publisher { topics, pubsub: config.pubsub };
        let token = tokens.api;
        let api =
            Api { publisher, secrets, configuration, state, bindings, app, access: config.access, token };
        server::start(listener, api, &tasks, &stop);
        Ok(Self { address, app: sender, tasks, stop })
    }

    /// Address of the API.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the address of the app, which may change.
    pub fn deliver_to(&self, app: SocketAddr) {
        self.app.send_replace(Some(app));
    }

    /// Stops the sidecar and waits until its offsets are written.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Deletes expired events at each interval. What cannot be deleted is tried again at the next.
async fn delete_expired(topics: Arc<Topics>) {
    loop {
        tokio::time::sleep(EXPIRY_INTERVAL).await;
        let topics = Arc::clone(&topics);
        let deleted = tokio::task::spawn_blocking(move || topics.delete_expired()).await;
        if let Err(error) = deleted.map_err(Error::from).flatten() {
            eprintln!("error: cannot delete expired events: {error:#}");
        }
    }
}
