//! Settings: rows of a table, read at each call.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use serde::Serialize;
use tokio_postgres::types::{Json, ToSql};

use crate::answer::{Answer, Failure, broken, empty, fail, ok};
use crate::call::Call;
use crate::component::Component;
use crate::postgres::Postgres;
use crate::secrets::Secrets;

/// The configuration stores, by name.
#[derive(Debug)]
pub struct Configuration(BTreeMap<String, Store>);

#[derive(Debug)]
struct Store {
    table: String,
    postgres: Postgres,
}

#[derive(Serialize)]
struct Item {
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

impl Configuration {
    pub const KIND: &str = "configuration.postgresql";

    pub fn open(components: &[Component], secrets: &Secrets) -> Result<Self> {
        let mut stores = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Self::KIND) {
            let values = component.values(secrets, &["connectionString", "table"])?;
            let table = values.required("table")?.to_owned();
            // It stands in a statement.
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
            ensure!(table.chars().all(fits) && table.len() <= 64, "`{table}` is no name of a table for Dapr");
            let postgres = Postgres::new(values.required("connectionString")?)
                .with_context(|| format!("the component {}", component.name))?;
            stores.insert(component.name.clone(), Store { table, postgres });
        }
        Ok(Self(stores))
    }

    /// Those that are asked for, or all.
    pub async fn get(&self, store: &str, call: &Call) -> Result<Answer, Failure> {
        if self.0.is_empty() {
            return broken("ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");
        }
        let Some(found) = self.0.get(store) else {
            let message = format!("configuration store {store} not found");
            return fail(StatusCode::BAD_REQUEST, "ERR_CONFIGURATION_STORE_NOT_FOUND", message);
        };
        let keys: Vec<String> =
            call.parameters().filter_map(|(name, value)| (name == "key").then_some(value)).collect();
        // Dapr asks, beside a key, for metadata whose names are their values, so that none is found.
        if !keys.is_empty() && call.metadata().iter().any(|(name, value)| name != value) {
            return Ok(empty());
        }
        match found.read(&keys).await {
            Ok(items) if items.is_empty() => Ok(empty()),
            Ok(items) => Ok(ok(&items)),
            Err(why) => {
                let keys = keys.join(" ");
                broken(
                    "ERR_CONFIGURATION_GET",
                    format!("failed to get [{keys}] from Configuration store {store}: {why}"),
                )
            }
        }
    }
}

impl Store {
    async fn read(&self, keys: &[String]) -> Result<BTreeMap<String, Item>, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "./_".contains(c);
        if let Some(key) = keys.iter().find(|key| !key.chars().all(fits)) {
            return Err(format!("invalid key : '{key}'"));
        }
        let all = format!("select * from {}", self.table);
        let some = format!("{all} where key = any ($1)");
        let given: &[&(dyn ToSql + Sync)] = &[&keys];
        let (query, given) = if keys.is_empty() { (all, &given[..0]) } else { (some, given) };
        let rows = self.postgres.with(async |client| client.query(&query, given).await).await?;
        let mut items = BTreeMap::<String, Item>::new();
        for row in rows {
            if row.len() != 4 {
                return Err(format!("the table {} must have key, value, version and metadata", self.table));
            }
            let read = || -> Result<_, tokio_postgres::Error> {
                let metadata = row.try_get::<_, Option<Json<_>>>(3)?.map(|Json(metadata)| metadata).unwrap_or_default();
                Ok((row.try_get(0)?, Item { value: row.try_get(1)?, version: row.try_get(2)?, metadata }))
            };
            let (key, item): (String, Item) = read().map_err(|error| error.to_string())?;
            // The newest version counts, and the first of those that are no numbers.
            let version = |item: &Item| item.version.parse::<i64>().unwrap_or(-1);
            match items.get(&key) {
                Some(other) if version(other) >= version(&item) => {}
                _ => drop(items.insert(key, item)),
            }
        }
        Ok(items)
    }
}
