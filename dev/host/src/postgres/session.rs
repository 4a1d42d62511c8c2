//! A connection with its prepared statements. State that a guest leaves on it is reset before the next guest
//! gets it.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, RowStream, Statement};

use crate::bindings::spin::postgres::postgres::{Error, ParameterValue, QueryError, RowSet};
use crate::postgres::cleaning::needs_cleaning;
use crate::postgres::error::{error_chain, query_error};
use crate::postgres::parameters::{self, Parameter};
use crate::postgres::results::ResultBuilder;

/// Limit of prepared statements. An app has some dozens; one that writes values into its statements must not
/// fill the memory of the server.
const MAX_STATEMENTS: usize = 256;

/// Time for cleaning a connection. One that takes longer is replaced.
const CLEAN_TIMEOUT: Duration = Duration::from_millis(500);

/// Statements that Spin runs before it reuses a connection. They do not end an open transaction.
const CLEAN: &str = "close all; set session authorization default; reset all; unlisten *; \
                     select pg_advisory_unlock_all(); discard temp; discard sequences";

pub struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
    /// True if a statement may have left settings, locks or temporary tables.
    is_dirty: bool,
    connection: JoinHandle<()>,
}

impl Session {
    pub fn new(client: Client, connection: JoinHandle<()>) -> Self {
        Self { client, prepared: HashMap::new(), is_dirty: false, connection }
    }

    /// Closes the connection without waiting for a running statement. Dropping the session lets it finish.
    pub fn abandon(self) {
        self.connection.abort();
    }

    /// Prepares the session for another guest. Returns false if it cannot be reused.
    pub async fn reset(&mut self) -> bool {
        if self.client.is_closed() {
            return false;
        }
        if self.is_dirty {
            self.prepared.clear();
            if !matches!(timeout(CLEAN_TIMEOUT, self.client.simple_query(CLEAN)).await, Ok(Ok(_))) {
                return false;
            }
            self.is_dirty = false;
        }
        true
    }

    pub async fn query(&mut self, text: String, values: Vec<ParameterValue>) -> Result<RowSet, Error> {
        let parameters = parameters::convert(&values).map_err(Error::BadParameter)?;
        let mut rows = pin!(self.run(text, &parameters).await?);
        let mut results = ResultBuilder::default();
        // From here on Spin reports errors as text only, without code and constraint.
        let text_error = |text| Error::QueryFailed(QueryError::Text(text));
        while let Some(row) = rows.try_next().await.map_err(|error| text_error(error_chain(&error)))? {
            results.push(&row).map_err(text_error)?;
        }
        Ok(results.finish())
    }

    pub async fn execute(&mut self, text: String, values: Vec<ParameterValue>) -> Result<u64, Error> {
        let parameters = parameters::convert(&values).map_err(Error::ValueConversionFailed)?;
        let mut rows = pin!(self.run(text, &parameters).await?);
        while rows.try_next().await.map_err(query_error)?.is_some() {}
        Ok(rows.rows_affected().unwrap_or(0))
    }

    async fn run(&mut self, text: String, parameters: &[Parameter]) -> Result<RowStream, Error> {
        self.is_dirty |= needs_cleaning(&text);
        let prepared = self.prepared.get(&text).cloned();
        let statement = match &prepared {
            Some(statement) => statement.clone(),
            None => self.prepare(&text).await?,
        };
        match self.start(&statement, parameters).await {
            // Rejected before it ran, because a table has changed since it was prepared.
            Err(error) if prepared.is_some() && is_outdated(&error) => {
                self.prepared.remove(&text);
                let statement = self.prepare(&text).await?;
                self.start(&statement, parameters).await.map_err(query_error)
            }
            started => started.map_err(query_error),
        }
    }

    async fn prepare(&mut self, text: &str) -> Result<Statement, Error> {
        let statement = self.client.prepare(text).await.map_err(query_error)?;
        if self.prepared.len() >= MAX_STATEMENTS {
            self.prepared.clear();
        }
        self.prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    async fn start(
        &self,
        statement: &Statement,
        parameters: &[Parameter],
    ) -> Result<RowStream, tokio_postgres::Error> {
        let parameters = parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync));
        self.client.query_raw(statement, parameters.collect::<Vec<_>>()).await
    }
}

fn is_outdated(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME
            || (*error.code() == SqlState::FEATURE_NOT_SUPPORTED && error.message().contains("cached plan"))
    })
}
