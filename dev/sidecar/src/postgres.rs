//! A connection to Postgres that is opened on first use, and again after it was lost.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};

/// Dapr's time limit for a query.
const TIME_LIMIT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Postgres {
    config: Config,
    client: Mutex<Option<Arc<Client>>>,
}

impl Postgres {
    pub fn new(connection_string: &str) -> Result<Self> {
        let mut config: Config =
            connection_string.parse().context("the connectionString cannot be parsed")?;
        config.connect_timeout(CONNECT_TIMEOUT);
        Ok(Self { config, client: Mutex::new(None) })
    }

    /// Runs queries on the connection.
    pub async fn with<T>(
        &self,
        query: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        let result = async {
            let client = self.client().await?;
            query(&client).await
        };
        match timeout(TIME_LIMIT, result).await {
            Ok(result) => Ok(result?),
            Err(_) => {
                // The connection may hang, so the next query opens another.
                if let Ok(mut client) = self.client.try_lock() {
                    *client = None;
                }
                bail!("no response within {} s", TIME_LIMIT.as_secs())
            }
        }
    }

    async fn client(&self) -> Result<Arc<Client>, tokio_postgres::Error> {
        let mut current = self.client.lock().await;
        match &*current {
            Some(client) if !client.is_closed() => Ok(Arc::clone(client)),
            _ => {
                let client = Arc::new(host::connect_postgres(&self.config).await?);
                *current = Some(Arc::clone(&client));
                Ok(client)
            }
        }
    }
}
