//! Opening a connection, with TLS where the address asks for it. A server that does not answer is given up soon.

use std::time::Duration;

use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::TaskTracker;

use super::{error::chain, session::Session};
use crate::tls;

const TCP_TIME: Duration = Duration::from_secs(2);
/// With what comes after the TCP handshake, so that a server that hangs is given up as soon as one that is away.
const WHOLE_TIME: Duration = Duration::from_secs(3);

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

/// A connection as guests get it, for those who are none. It ends when the client is dropped.
pub async fn client(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = start(config).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The spawned task reads and writes until the client is dropped; what goes wrong there, the client reports.
async fn open(config: &Config, tasks: &TaskTracker) -> Result<Session, tokio_postgres::Error> {
    let (client, connection) = start(config).await?;
    Ok(Session::new(client, tasks.spawn(connection)))
}

async fn start(config: &Config) -> Result<(Client, BoxFuture<'static, ()>), tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        return Ok((client, connection.map(drop).boxed()));
    }
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls::client())).await?;
    Ok((client, connection.map(drop).boxed()))
}
