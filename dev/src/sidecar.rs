//! The sidecar of `cargo dev up`: Dapr's part, played by ourselves, with a mailbox in place of the world's.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};
use sidecar::{Mailbox, Sidecar, Tokens};

use crate::database::{self, DataFolder, DatabaseUrl};
use crate::project;

/// The folder of the mailbox, in the data folder.
pub const MAIL: &str = "mail";

/// The sidecar, and the mailbox where that is ours. Both end when this is dropped.
pub struct Started {
    sidecar: Sidecar,
    _mailbox: Option<Mailbox>,
}

impl Started {
    /// Tells it where the app is.
    pub fn deliver_to(&self, app: SocketAddr) {
        self.sidecar.deliver_to(app);
    }
}

/// Starts it at a port of this machine, 0 for any that is free, with its queues in the data folder, and tells the functions
/// where it is. The tokens are new each time, unless the operator has set some.
pub async fn start(
    data: &DataFolder,
    database: &DatabaseUrl,
    port: u16,
    variables: &mut BTreeMap<String, String>,
) -> anyhow::Result<Started> {
    let app = host::App::load(&project::manifest(), &BTreeMap::new())?;
    for name in ["app_api_token", "dapr_api_token"] {
        let set = app.variable(name).filter(|token| !token.is_empty()).map(str::to_owned);
        variables.insert(name.into(), set.unwrap_or_else(|| web::hex(&web::random::<32>())));
    }
    let tokens = Tokens { api: variables["dapr_api_token"].clone(), app: variables["app_api_token"].clone() };
    let (smtp, mailbox) = smtp(data).await?;
    let secrets = json!({
        "kafka": { "brokers": "", "authType": "none" },
        "postgres": { "connectionString": database::as_dapr(database)?.connection_string("dapr") },
        "smtp": smtp,
    });
    let folder = data.file("events");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write_secrets(&folder.join("secrets.json"), &secrets)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let sidecar = Sidecar::start(&project::root().join("dapr"), &folder, address, tokens)
        .await
        .context("the sidecar cannot start")?;
    variables.insert("dapr_host".into(), sidecar.address().ip().to_string());
    variables.insert("dapr_port".into(), sidecar.address().port().to_string());
    Ok(Started { sidecar, _mailbox: mailbox })
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
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(secrets.to_string().as_bytes())?;
        std::fs::rename(&beside, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
