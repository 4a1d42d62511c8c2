//! The sidecar of `cargo dev up`: Dapr's part, played by ourselves or, in full, by Dapr with Kafka; and a mailbox in place of
//! the world's.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context;
use full::{Kafka, Programs, Sidecars};
use operations::Role;
use serde_json::{Value, json};
use sidecar::{Mailbox, Sidecar, Tokens};

use crate::database::{DataFolder, DatabaseUrl};
use crate::files;
use crate::programs;
use crate::project;
use crate::step::Step;

/// The folder of the mailbox, in the data folder.
pub const MAIL: &str = "mail";

/// The sidecar, and the mailbox where that is ours. Both end when this is dropped.
pub struct Started {
    kind: Kind,
    _mailbox: Option<Mailbox>,
}

enum Kind {
    Embedded(Sidecar),
    /// In the order in which they end.
    Full {
        sidecars: Box<Sidecars>,
        _kafka: Kafka,
    },
}

impl Started {
    /// Tells it where the app is.
    pub async fn deliver_to(&mut self, app: SocketAddr) -> anyhow::Result<()> {
        match &mut self.kind {
            Kind::Embedded(sidecar) => sidecar.deliver_to(app),
            Kind::Full { sidecars, .. } => {
                let step = Step::begin("starting Dapr");
                sidecars.deliver_to(app).await?;
                step.end("it can publish");
            }
        }
        Ok(())
    }

    fn address(&self) -> SocketAddr {
        match &self.kind {
            Kind::Embedded(sidecar) => sidecar.address(),
            Kind::Full { sidecars, .. } => sidecars.address(),
        }
    }
}

/// Starts it at the usual port, or another where that is taken, with its queues in the data folder, and tells the functions where
/// it is. The tokens are new each time, unless the operator has set some.
pub async fn start(
    data: &DataFolder,
    database: &DatabaseUrl,
    full: bool,
    variables: &mut BTreeMap<String, String>,
) -> anyhow::Result<Started> {
    for name in ["app_api_token", "dapr_api_token"] {
        let set = Some(project::variable(name)?).filter(|token| !token.is_empty());
        variables.insert(name.into(), set.unwrap_or_else(|| web::hex(&web::random::<32>())));
    }
    let tokens = Tokens { api: variables["dapr_api_token"].clone(), app: variables["app_api_token"].clone() };
    let (smtp, mailbox) = smtp(data).await?;
    let kafka = match full {
        true => Some(kafka(data).await?),
        false => None,
    };
    let brokers = kafka.as_ref().map(|(kafka, _)| kafka.brokers()).unwrap_or_default();
    let secrets = json!({
        "kafka": { "brokers": brokers, "authType": "none" },
        "postgres": { "connectionString": Role::Dapr.url(database).connection_string("dapr") },
        "smtp": smtp,
    });
    let folder = data.file(if full { "dapr" } else { "events" });
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write_secrets(&folder.join("secrets.json"), &secrets)?;
    let files = project::root().join("dapr");
    let usual: u16 = project::variable("dapr_port")?.parse().context("dapr_port in spin.toml is a port")?;
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let kind = match kafka {
        Some((kafka, programs)) => {
            let is_free = TcpListener::bind(at(usual)).is_ok();
            let port = if is_free { usual } else { 0 };
            let sidecars = Sidecars::new(&programs.daprd, &files, &folder, port, tokens)?;
            Kind::Full { sidecars: Box::new(sidecars), _kafka: kafka }
        }
        None => Kind::Embedded(match Sidecar::start(&files, &folder, at(usual), tokens.clone()).await {
            Ok(sidecar) => sidecar,
            Err(_) => Sidecar::start(&files, &folder, at(0), tokens).await.context("the sidecar cannot start")?,
        }),
    };
    let started = Started { kind, _mailbox: mailbox };
    variables.insert("dapr_host".into(), started.address().ip().to_string());
    variables.insert("dapr_port".into(), started.address().port().to_string());
    Ok(started)
}

/// Kafka with the declared topics, and where the programs are.
async fn kafka(data: &DataFolder) -> anyhow::Result<(Kafka, Programs)> {
    let programs = programs::get().await?;
    let step = Step::begin("starting Kafka");
    let topics = ::sidecar::topics(&project::root().join("dapr"))?;
    let kafka = Kafka::start(&programs.kafka, &data.file("kafka"), &topics).await?;
    step.end(&format!("{} topics at {}", topics.len(), kafka.brokers()));
    Ok((kafka, programs))
}

/// Where mail goes: to the operator's server, or into a mailbox of ours.
async fn smtp(data: &DataFolder) -> anyhow::Result<(Value, Option<Mailbox>)> {
    let set = |name: &str| std::env::var(format!("TASKFLOW_SMTP_{name}")).ok().filter(|value| !value.is_empty());
    let (mailbox, host, port) = match set("HOST") {
        Some(host) => (None, host, set("PORT").unwrap_or_else(|| "587".into())),
        None => {
            let mailbox = Mailbox::start(0, &data.file(MAIL)).await.context("the mailbox cannot start")?;
            let address = mailbox.address();
            (Some(mailbox), address.ip().to_string(), address.port().to_string())
        }
    };
    // A password is for the operator's server alone.
    let for_server = |name: &str| if mailbox.is_none() { set(name).unwrap_or_default() } else { String::new() };
    let values = json!({
        "host": host,
        "port": port,
        "user": for_server("USER"),
        "password": for_server("PASSWORD"),
        "skipTLSVerify": "false",
        "emailFrom": set("FROM").unwrap_or_else(|| "TaskFlow <taskflow@localhost>".into()),
    });
    Ok((values, mailbox))
}

/// For nobody else's eyes, and whole or not at all.
fn write_secrets(path: &Path, secrets: &Value) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let write = || {
        let mut file = files::private(&beside)?;
        file.write_all(secrets.to_string().as_bytes())?;
        std::fs::rename(&beside, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
