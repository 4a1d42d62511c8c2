//! One connection: statements prepared once, and what a guest may leave behind cleaned away before the next one comes.

use std::{collections::HashMap, pin::pin};

use futures_util::TryStreamExt;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, RowStream, Statement, error::SqlState, types::ToSql};

use super::{
    error::{chain, query_failed},
    parameters::{self, Parameter},
    results::Results,
    statement::leaves_nothing,
};
use crate::bindings::spin::postgres::postgres::{Error, ParameterValue, QueryError, RowSet};

/// Statement texts to keep prepared. An app has some dozens; one that writes values into its texts must not fill the server.
const STATEMENTS: usize = 256;

/// Spin runs this before it lends a connection again. It does not end a transaction, so neither does this.
const CLEAN: &str = "close all; set session authorization default; reset all; unlisten *; \
                     select pg_advisory_unlock_all(); discard temp; discard sequences";

pub struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
    /// A statement ran that may have left settings, locks or temporary tables.
    dirty: bool,
    connection: JoinHandle<()>,
}

impl Session {
    pub fn new(client: Client, connection: JoinHandle<()>) -> Self {
        Self { client, prepared: HashMap::new(), dirty: false, connection }
    }

    /// Ends the connection without waiting for what runs on it. Dropping it ends it in order.
    pub fn abandon(self) {
        self.connection.abort();
    }

    /// Makes it fit to be lent again; `false` when it cannot be.
    pub async fn clean(&mut self) -> bool {
        if self.client.is_closed() {
            return false;
        }
        if self.dirty {
            self.prepared.clear();
            if self.client.simple_query(CLEAN).await.is_err() {
                return false;
            }
            self.dirty = false;
        }
        true
    }

    pub async fn query(&mut self, text: String, values: Vec<ParameterValue>) -> Result<RowSet, Error> {
        let parameters = parameters::all(&values).map_err(Error::BadParameter)?;
        let mut rows = pin!(self.run(text, &parameters).await?);
        let mut results = Results::default();
        // Spin flattens what fails from here on, so that a guest learns neither code nor constraint.
        let flat = |text| Error::QueryFailed(QueryError::Text(text));
        while let Some(row) = rows.try_next().await.map_err(|error| flat(chain(&error)))? {
            results.push(&row).map_err(flat)?;
        }
        Ok(results.finish())
    }

    pub async fn execute(&mut self, text: String, values: Vec<ParameterValue>) -> Result<u64, Error> {
        let parameters = parameters::all(&values).map_err(Error::ValueConversionFailed)?;
        let mut rows = pin!(self.run(text, &parameters).await?);
        while rows.try_next().await.map_err(query_failed)?.is_some() {}
        Ok(rows.rows_affected().unwrap_or(0))
    }

    async fn run(&mut self, text: String, parameters: &[Parameter]) -> Result<RowStream, Error> {
        self.dirty |= !leaves_nothing(&text);
        let known = self.prepared.get(&text).cloned();
        let statement = match &known {
            Some(statement) => statement.clone(),
            None => self.prepare(&text).await?,
        };
        match self.start(&statement, parameters).await {
            // Refused before it ran: what it was prepared for has changed since.
            Err(error) if known.is_some() && outdated(&error) => {
                self.prepared.remove(&text);
                let statement = self.prepare(&text).await?;
                self.start(&statement, parameters).await.map_err(query_failed)
            }
            started => started.map_err(query_failed),
        }
    }

    async fn prepare(&mut self, text: &str) -> Result<Statement, Error> {
        let statement = self.client.prepare(text).await.map_err(query_failed)?;
        if self.prepared.len() >= STATEMENTS {
            self.prepared.clear();
        }
        self.prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    async fn start(&self, statement: &Statement, parameters: &[Parameter]) -> Result<RowStream, tokio_postgres::Error> {
        let parameters = parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync));
        self.client.query_raw(statement, parameters.collect::<Vec<_>>()).await
    }
}

fn outdated(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME
            || (*error.code() == SqlState::FEATURE_NOT_SUPPORTED && error.message().contains("cached plan"))
    })
}
