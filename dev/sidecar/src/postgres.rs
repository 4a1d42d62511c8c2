//! A connection to Postgres that is opened when it is needed, and again when it was lost.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};

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
                let client = Arc::new(host::connect_postgres(&self.config).await?);
                *kept = Some(Arc::clone(&client));
                Ok(client)
            }
        }
    }
}
