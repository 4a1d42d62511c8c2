//! Opening a connection, with TLS where the address asks for it. A server that does not answer is given up soon.

use std::{sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::TaskTracker;

use super::{error::chain, session::Session};

const TCP_TIME: Duration = Duration::from_secs(2);
const WHOLE_TIME: Duration = Duration::from_secs(10);

pub async fn connect(config: &Config, tasks: &TaskTracker) -> Result<Session, String> {
    let mut config = config.clone();
    if config.get_connect_timeout().is_none_or(|time| *time > TCP_TIME) {
        config.connect_timeout(TCP_TIME);
    }
    match timeout(WHOLE_TIME, open(&config, tasks)).await {
        Ok(opened) => opened.map_err(|error| chain(&error)),
        Err(_) => Err(format!("the server did not answer within {} s", WHOLE_TIME.as_secs())),
    }
}

/// The spawned task reads and writes until the client is dropped; what goes wrong there, the client reports.
async fn open(config: &Config, tasks: &TaskTracker) -> Result<Session, tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        return Ok(Session::new(client, tasks.spawn(async { connection.await.unwrap_or(()) })));
    }
    let (client, connection) = config.connect(tls()).await?;
    Ok(Session::new(client, tasks.spawn(async { connection.await.unwrap_or(()) })))
}

/// A connection for those who are no guests, with the same TLS as theirs.
pub async fn client(config: &Config) -> Result<Client, tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let (client, connection) = config.connect(tls()).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// TLS against the authorities that browsers trust.
fn tls() -> MakeRustlsConnect {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    MakeRustlsConnect::new(config)
}
