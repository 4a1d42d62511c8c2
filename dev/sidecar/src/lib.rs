//! The part of Dapr's HTTP API that TaskFlow uses, on one machine: driven by the files in `dapr/`, without a broker.
//!
//! Publishing writes into [`log`]s on disk, one for each partition of a topic; each subscription has a place in every one of
//! them and goes on from there ([`deliver`]). So it delivers at least once, in order for each key, also after `kill -9`.
//!
//! The other building blocks are a file each, behind [`server`].

mod access;
mod answer;
mod app;
mod bindings;
mod call;
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
mod secrets;
mod server;
mod smtp;
mod state;
mod topics;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use crate::config::{Topic, apps, topics};
pub use crate::mailbox::Mailbox;

use crate::app::App;
use crate::bindings::Bindings;
use crate::config::Config;
use crate::configuration::Configuration;
use crate::publish::Publish;
use crate::secrets::Secrets;
use crate::server::Api;
use crate::state::State;
use crate::topics::Topics;

/// A sidecar that runs. It ends when this is dropped.
pub struct Sidecar {
    address: SocketAddr,
    app: watch::Sender<Option<SocketAddr>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// The tokens that go with calls.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// What whoever calls the sidecar must show, where that is anything.
    pub api: String,
    /// What the sidecar shows the app.
    pub app: String,
}

impl Sidecar {
    /// Starts one by the files of a folder such as `dapr/`, with its queues in a folder of its own, where the file of secrets
    /// is, too. It delivers nothing before it knows the app.
    pub async fn start(files: &Path, data: &Path, address: SocketAddr, tokens: Tokens) -> Result<Self> {
        let mut config = Config::read(files)?;
        let secrets = Secrets::open(&config.components, data)?;
        config.components.iter().try_for_each(|component| component.check(&secrets))?;
        // What the sidecar that functions call would not have, they do not have here.
        config.components.retain(|component| component.is_for(&config.apps[0]));
        let components = &config.components;
        let (configuration, state) = (Configuration::open(components, &secrets)?, State::open(components, &secrets)?);
        let bindings = Bindings::open(components, &secrets, &config.outbound)?;
        let listener = TcpListener::bind(address).await.with_context(|| format!("nothing can listen at {address}"))?;
        let address = listener.local_addr()?;
        let topics = Arc::new(Topics::open(&config.topics, &data.join("topics"))?);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (sender, known) = watch::channel(None);
        let app = App::new(known, tokens.app);
        let offsets = offsets::Offsets::open(&data.join("offsets.json"), &tasks, stop.clone())?;
        deliver::start(&config, &topics, &offsets, &app, &tasks, &stop)?;
        cron::start(&config, &app, &tasks, &stop)?;
        tasks.spawn(stop.clone().run_until_cancelled_owned(forget(Arc::clone(&topics))));
        let publish = Publish { topics, pubsub: config.pubsub };
        let token = tokens.api;
        let api = Api { publish, secrets, configuration, state, bindings, app, access: config.access, token };
        tasks.spawn(server::serve(listener, api, stop.clone()));
        Ok(Self { address, app: sender, tasks, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells it where the app is. It may move.
    pub fn deliver_to(&self, app: SocketAddr) {
        self.app.send_replace(Some(app));
    }

    /// Ends it in order: what is being delivered is finished first.
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

/// Forgets again and again what is older than the topics keep. What cannot be forgotten now is tried again.
async fn forget(topics: Arc<Topics>) {
    loop {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let topics = Arc::clone(&topics);
        let _ = tokio::task::spawn_blocking(move || topics.forget()).await;
    }
}
