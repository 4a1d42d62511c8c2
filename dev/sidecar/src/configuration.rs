//! Configuration stores: rows of a table, read at each request.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use hyper::StatusCode;
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::{Json, ToSql};

use crate::component::Component;
use crate::postgres::Postgres;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, internal_error, no_content, ok, reject};
use crate::secrets::SecretStores;

/// Configuration stores by name.
#[derive(Debug)]
pub struct ConfigurationStores(BTreeMap<String, ConfigurationStore>);

#[derive(Debug)]
struct ConfigurationStore {
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

impl ConfigurationStores {
    pub const KIND: &str = "configuration.postgresql";

    pub fn open(components: &[Component], secrets: &SecretStores) -> Result<Self> {
        let mut stores = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Self::KIND) {
            let values = secrets.resolve(component, &["connectionString", "table"])?;
            let table = values.required("table")?.to_owned();
            // The name becomes part of a statement.
            let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
            ensure!(
                table.chars().all(is_allowed) && table.len() <= 64,
                "`{table}` is not a valid table name for Dapr"
            );
            let postgres = Postgres::new(values.required("connectionString")?)
                .with_context(|| format!("the component {}", component.name))?;
            stores.insert(component.name.clone(), ConfigurationStore { table, postgres });
        }
        Ok(Self(stores))
    }

    /// Handles `GET /v1.0/configuration/{store}`: the items of the given keys, or all.
    pub async fn get(&self, name: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        if self.0.is_empty() {
            return internal_error(
                "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
                "configuration stores not configured",
            );
        }
        let Some(store) = self.0.get(name) else {
            let message = format!("configuration store {name} not found");
            return reject(StatusCode::BAD_REQUEST, "ERR_CONFIGURATION_STORE_NOT_FOUND", message);
        };
        let keys: Vec<String> =
            request.parameters().filter_map(|(name, value)| (name == "key").then_some(value)).collect();
        // With a key, Dapr also filters by metadata whose names equal their values, and so finds no item.
        if !keys.is_empty() && request.metadata().iter().any(|(name, value)| name != value) {
            return Ok(no_content());
        }
        match store.read(&keys).await {
            Ok(items) if items.is_empty() => Ok(no_content()),
            Ok(items) => Ok(ok(&items)),
            Err(error) => {
                let keys = keys.join(" ");
                internal_error(
                    "ERR_CONFIGURATION_GET",
                    format!("failed to get [{keys}] from Configuration store {name}: {error:#}"),
                )
            }
        }
    }
}

impl ConfigurationStore {
    async fn read(&self, keys: &[String]) -> Result<BTreeMap<String, Item>> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "./_".contains(c);
        if let Some(key) = keys.iter().find(|key| !key.chars().all(is_allowed)) {
            bail!("invalid key : '{key}'");
        }
        let all = format!("select * from {}", self.table);
        let filtered = format!("{all} where key = any ($1)");
        let parameters: &[&(dyn ToSql + Sync)] = &[&keys];
        let (query, parameters) =
            if keys.is_empty() { (all, &parameters[..0]) } else { (filtered, parameters) };
        let rows = self.postgres.with(async |client| client.query(&query, parameters).await).await?;
        let mut items = BTreeMap::<String, Item>::new();
        for row in rows {
            ensure!(row.len() == 4, "the table {} must have key, value, version and metadata", self.table);
            let (key, item) = read_row(&row)?;
            // The newest version wins; versions that are no numbers are the oldest.
            let version = |item: &Item| item.version.parse::<i64>().unwrap_or(-1);
            if items.get(&key).is_none_or(|other| version(other) < version(&item)) {
                items.insert(key, item);
            }
        }
        Ok(items)
    }
}

fn read_row(row: &Row) -> Result<(String, Item)> {
    let metadata = row.try_get::<_, Option<Json<_>>>(3)?.map(|Json(metadata)| metadata).unwrap_or_default();
    Ok((row.try_get(0)?, Item { value: row.try_get(1)?, version: row.try_get(2)?, metadata }))
}
