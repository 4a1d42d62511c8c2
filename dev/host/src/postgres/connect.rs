//! Opening of connections, with TLS if the address requires it, and with short timeouts.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::TaskTracker;

use crate::postgres::error::error_chain;
use crate::postgres::session::Session;
use crate::tls;

const TCP_TIMEOUT: Duration = Duration::from_secs(2);

/// Opens a session whose connection runs among `tasks`. It takes as long as the server needs, unless that is
/// silent: the pool watches it.
pub async fn open_session(config: &Config, tasks: &TaskTracker) -> Result<Session, String> {
    let mut config = config.clone();
    if config.get_connect_timeout().is_none_or(|limit| *limit > TCP_TIMEOUT) {
        config.connect_timeout(TCP_TIMEOUT);
    }
    match start(&config).await {
        Ok((client, connection)) => Ok(Session::new(client, tasks.spawn(connection))),
        Err(error) => Err(error_chain(&error)),
    }
}

/// Connects to Postgres in the same way as guests do. Dropping the client closes the connection.
pub async fn connect_postgres(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = start(config).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Returns a client, and the future that reads and writes until the client is dropped. Its errors are
/// reported by the client too.
async fn start(config: &Config) -> Result<(Client, BoxFuture<'static, ()>), tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        return Ok((client, connection.map(drop).boxed()));
    }
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls::client_config())).await?;
    Ok((client, connection.map(drop).boxed()))
}
