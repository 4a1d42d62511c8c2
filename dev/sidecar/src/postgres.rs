//! A connection to Postgres that is opened when it is needed, and again when it was lost.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Dapr's time for one call.
const WITHIN: Duration = Duration::from_secs(20);
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Postgres {
    config: Config,
    client: Mutex<Option<Arc<Client>>>,
}

impl Postgres {
    pub fn new(connection_string: &str) -> Result<Self> {
        let mut config: Config = connection_string.parse().context("the connectionString cannot be read")?;
        config.connect_timeout(CONNECTS_WITHIN);
        Ok(Self { config, client: Mutex::new(None) })
    }

    /// Does something with it, and says in words what went wrong.
    pub async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, String> {
        let done = async {
            let client = self.client().await?;
            work(&client).await
        };
        match timeout(WITHIN, done).await {
            Ok(done) => done.map_err(|error| format!("{:#}", anyhow::Error::new(error))),
            Err(_) => {
                // It hangs, so the next call gets another.
                if let Ok(mut kept) = self.client.try_lock() {
                    *kept = None;
                }
                Err(format!("no answer within {} s", WITHIN.as_secs()))
            }
        }
    }

    async fn client(&self) -> Result<Arc<Client>, tokio_postgres::Error> {
        let mut kept = self.client.lock().await;
        match &*kept {
            Some(client) if !client.is_closed() => Ok(Arc::clone(client)),
            _ => {
                let client = Arc::new(connect(&self.config).await?);
                *kept = Some(Arc::clone(&client));
                Ok(client)
            }
        }
    }
}

/// The connection lives until its client is dropped or the server goes; what goes wrong there, the client reports.
async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls())).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn tls() -> ClientConfig {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    let make = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth()
    };
    CONFIG.get_or_init(make).clone()
}
