//! A state store with the tables, statements and errors of Dapr's `state.postgresql` v2.

use std::error::Error;
use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;

use crate::component::Component;
use crate::postgres::Postgres;
use crate::secrets::SecretStores;
use crate::state::item::Item;
use crate::state::json::normalize;

/// Interval at which expired items are deleted. Reads ignore them before that.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub struct StateStore {
    postgres: Postgres,
    last_cleanup: Mutex<Option<Instant>>,
}

pub struct Row {
    pub key: String,
    pub value: Vec<u8>,
    pub etag: String,
    pub expires_at: Option<String>,
}

#[derive(Debug)]
pub enum WriteError {
    /// The item has changed since the caller read it.
    EtagMismatch,
    Other(anyhow::Error),
}

impl Display for WriteError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EtagMismatch => f.write_str("etag mismatch"),
            Self::Other(error) => Display::fmt(error, f),
        }
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::EtagMismatch => None,
            Self::Other(error) => error.source(),
        }
    }
}

impl From<anyhow::Error> for WriteError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl StateStore {
    pub fn open(component: &Component, secrets: &SecretStores) -> Result<Self> {
        ensure!(component.version == "v2", "the component {} must be of version v2", component.name);
        let values = secrets.resolve(component, &["connectionString"])?;
        let postgres = Postgres::new(values.required("connectionString")?)
            .with_context(|| format!("the component {}", component.name))?;
        Ok(Self { postgres, last_cleanup: Mutex::new(None) })
    }

    pub async fn save(&self, item: &Item) -> Result<(), WriteError> {
        item.check_options()?;
        let ttl = item.ttl()?;
        let value = normalize(item.value.clone()).to_string().into_bytes();
        let written = match item.etag() {
            Some(etag) => self.write(include_str!("update.sql"), &[&item.key, &value, &ttl, &etag]).await?,
            None => {
                let is_first_write = item.is_first_write();
                self.write(include_str!("insert.sql"), &[&item.key, &value, &ttl, &is_first_write]).await?
            }
        };
        match (written, item.etag()) {
            (1, _) => Ok(()),
            (_, Some(_)) => Err(WriteError::EtagMismatch),
            // Dapr, too, answers this conflict with 500.
            (_, None) => Err(WriteError::Other(anyhow!("no item was updated"))),
        }
    }

    pub async fn delete(&self, key: &str, etag: Option<&str>) -> Result<(), WriteError> {
        match (self.write(include_str!("delete.sql"), &[&key, &etag]).await?, etag) {
            (0, Some(_)) => Err(WriteError::EtagMismatch),
            _ => Ok(()),
        }
    }

    pub async fn read(&self, keys: &[String]) -> Result<Vec<Row>> {
        self.prepare().await?;
        let rows = self
            .postgres
            .with(async |client| client.query(include_str!("select.sql"), &[&keys]).await)
            .await?;
        let row = |row: &tokio_postgres::Row| Row {
            key: row.get(0),
            value: row.get(1),
            etag: row.get(2),
            expires_at: row.get(3),
        };
        Ok(rows.iter().map(row).collect())
    }

    async fn write(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        self.prepare().await?;
        self.postgres.with(async |client| client.execute(statement, parameters).await).await
    }

    /// Creates missing tables and deletes expired items, at most once per interval.
    async fn prepare(&self) -> Result<()> {
        let mut last_cleanup = self.last_cleanup.lock().await;
        if last_cleanup.is_none_or(|time| time.elapsed() > CLEANUP_INTERVAL) {
            self.postgres.with(async |client| client.batch_execute(include_str!("tables.sql")).await).await?;
            *last_cleanup = Some(Instant::now());
        }
        Ok(())
    }
}
