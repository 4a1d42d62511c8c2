//! The sidecar of `cargo dev up`: the embedded one, or Dapr and a broker with `--full`, and then Pushpin too.
//! Mail goes to a mailbox, unless the operator has set an SMTP server.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context;
use full::kafka::Kafka;
use full::{Broker, Pushpin, Redis, Sidecars, kafka_secret};
use operations::Role;
use rustix::fs::Mode;
use serde_json::{Value, json};
use sidecar::{Mailbox, Sidecar, Tokens, read_topics};

use crate::command::up::BrokerKind;
use crate::database::{DataFolder, DatabaseUrl};
use crate::files;
use crate::programs;
use crate::project;
use crate::step::Step;

/// Folder of the mailbox, in the data folder.
pub const MAIL: &str = "mail";

/// A running sidecar, and the mailbox if there is one. Dropping this stops both.
pub struct RunningSidecar {
    kind: Kind,
    _mailbox: Option<Mailbox>,
}

enum Kind {
    Embedded(Sidecar),
    /// Dropped in this order: sidecars stop before their broker.
    Full {
        sidecars: Box<Sidecars>,
        _broker: Broker,
        pushpin: Box<Pushpin>,
    },
}

impl RunningSidecar {
    /// Sets the address of the app.
    pub async fn deliver_to(&mut self, app: SocketAddr) -> anyhow::Result<()> {
        match &mut self.kind {
            Kind::Embedded(sidecar) => sidecar.deliver_to(app),
            Kind::Full { sidecars, pushpin, .. } => {
                let step = Step::begin("starting Dapr");
                sidecars.deliver_to(app).await?;
                step.end("ready to publish");
                let step = Step::begin("starting Pushpin");
                pushpin.pass_on_to(app).await?;
                step.end("holds live streams");
            }
        }
        Ok(())
    }

    /// Address of the proxy that holds live streams.
    pub fn proxy(&self) -> Option<SocketAddr> {
        match &self.kind {
            Kind::Embedded(_) => None,
            Kind::Full { pushpin, .. } => Some(pushpin.address()),
        }
    }

    fn address(&self) -> SocketAddr {
        match &self.kind {
            Kind::Embedded(sidecar) => sidecar.address(),
            Kind::Full { sidecars, .. } => sidecars.address(),
        }
    }
}

/// Starts a sidecar and adds its address and tokens to the variables of the functions. It listens on the port
/// of `spin.toml`, or on a free one if that is in use, and keeps its events in the data folder. Tokens are
/// random, unless the operator has set them. With a broker it is Dapr, else the embedded one.
pub async fn start(
    data: &DataFolder,
    database: &DatabaseUrl,
    broker: Option<BrokerKind>,
    variables: &mut BTreeMap<String, String>,
) -> anyhow::Result<RunningSidecar> {
    // New files of this process, the broker and Dapr are for their owner alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    for name in ["app_api_token", "dapr_api_token"] {
        let token = Some(project::variable(name)?).filter(|token| !token.is_empty());
        variables.insert(name.into(), token.map_or_else(embedded_postgres::random_secret, Ok)?);
    }
    let tokens = Tokens { api: variables["dapr_api_token"].clone(), app: variables["app_api_token"].clone() };
    let (smtp, mailbox) = smtp_secrets(data).await?;
    let full = match broker {
        Some(kind) => Some((programs::daprd().await?, start_broker(kind, data).await?)),
        None => None,
    };
    let mut secrets = json!({
        "postgres": { "connectionString": Role::Dapr.url(database).connection_string("dapr") },
        "smtp": smtp,
    });
    match &full {
        Some((_, broker)) => secrets[broker.name()] = broker.secret(),
        None => secrets["kafka"] = kafka_secret(""),
    }
    let folder = data.file(if full.is_some() { "dapr" } else { "events" });
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    write_secrets(&folder.join("secrets.json"), &secrets)?;
    let files = project::root().join("dapr");
    let default_port: u16 =
        project::variable("dapr_port")?.parse().context("dapr_port in spin.toml is not a port")?;
    let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let kind = match full {
        Some((daprd, broker)) => {
            let is_free = TcpListener::bind(local(default_port)).is_ok();
            let port = if is_free { default_port } else { 0 };
            let sidecars = Sidecars::new(&daprd, &files, broker.name(), &folder, port, tokens)?;
            let key = embedded_postgres::random_secret()?;
            let pushpin = Pushpin::new(&folder, &key)?;
            for name in ["grip_publish", "grip_host"] {
                variables.insert(name.into(), pushpin.publish_url());
            }
            variables.insert("grip_key".into(), key);
            Kind::Full { sidecars: Box::new(sidecars), _broker: broker, pushpin: Box::new(pushpin) }
        }
        None => {
            Kind::Embedded(match Sidecar::start(&files, &folder, local(default_port), tokens.clone()).await {
                Ok(sidecar) => sidecar,
                Err(_) => Sidecar::start(&files, &folder, local(0), tokens)
                    .await
                    .context("the sidecar cannot start")?,
            })
        }
    };
    let sidecar = RunningSidecar { kind, _mailbox: mailbox };
    variables.insert("dapr_host".into(), sidecar.address().ip().to_string());
    variables.insert("dapr_port".into(), sidecar.address().port().to_string());
    Ok(sidecar)
}

/// Starts a broker: Kafka with the topics of `dapr/topics.yaml`, or Redis.
async fn start_broker(kind: BrokerKind, data: &DataFolder) -> anyhow::Result<Broker> {
    match kind {
        BrokerKind::Kafka => {
            let installed = programs::kafka().await?;
            let step = Step::begin("starting Kafka");
            let topics = read_topics(&project::root().join("dapr"))?;
            let kafka = Kafka::start(&installed, &data.file("kafka"), &topics).await?;
            step.end(&format!("{} topics on {}", topics.len(), kafka.brokers()));
            Ok(Broker::Kafka(kafka))
        }
        BrokerKind::Redis => {
            programs::redis().await?;
            let step = Step::begin("starting Redis");
            let redis = Redis::start(&data.file("redis")).await?;
            step.end(&format!("on {}", redis.address()));
            Ok(Broker::Redis(redis))
        }
    }
}

/// Returns the secrets of the SMTP server: the operator's, or a mailbox that this starts.
async fn smtp_secrets(data: &DataFolder) -> anyhow::Result<(Value, Option<Mailbox>)> {
    let variable =
        |name: &str| std::env::var(format!("TASKFLOW_SMTP_{name}")).ok().filter(|value| !value.is_empty());
    let (mailbox, host, port) = match variable("HOST") {
        Some(host) => (None, host, variable("PORT").unwrap_or_else(|| "587".into())),
        None => {
            let mailbox = Mailbox::start(0, &data.file(MAIL)).await.context("the mailbox cannot start")?;
            let address = mailbox.address();
            (Some(mailbox), address.ip().to_string(), address.port().to_string())
        }
    };
    // The mailbox gets no password of the operator's.
    let credential =
        |name: &str| if mailbox.is_none() { variable(name).unwrap_or_default() } else { String::new() };
    let values = json!({
        "host": host,
        "port": port,
        "user": credential("USER"),
        "password": credential("PASSWORD"),
        "skipTLSVerify": "false",
        "emailFrom": variable("FROM").unwrap_or_else(|| "TaskFlow <taskflow@localhost>".into()),
    });
    Ok((values, mailbox))
}

/// Writes a file that only its owner can read. It is renamed into place, so that it is never incomplete.
fn write_secrets(path: &Path, secrets: &Value) -> anyhow::Result<()> {
    let temporary = path.with_extension("new");
    let write = || {
        let mut file = files::create_private(&temporary)?;
        file.write_all(secrets.to_string().as_bytes())?;
        std::fs::rename(&temporary, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
