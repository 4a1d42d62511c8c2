//! A state store, as Dapr's `state.postgresql` v2 keeps it: its tables, its statements, its refusals.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Number, Value};
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;

use crate::answer::{Answer, Failure, fail};
use crate::component::Component;
use crate::postgres::Postgres;
use crate::secrets::Secrets;

/// How often what has expired is cleared away; nobody sees it in between.
const TIDIED_EVERY: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub struct Store {
    postgres: Postgres,
    tidied: Mutex<Option<Instant>>,
}

/// What somebody wants to keep.
#[derive(Deserialize)]
pub struct Save {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    value: Value,
    etag: Option<String>,
    pub metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    concurrency: String,
    consistency: String,
}

/// What is kept.
pub struct Row {
    pub key: String,
    pub value: Vec<u8>,
    pub etag: String,
    pub expires: Option<String>,
}

/// Why something was not done.
pub enum Trouble {
    /// It is not what the caller has seen.
    Mismatch,
    Other(String),
}

impl Trouble {
    pub fn failure(self, code: &'static str, what: &str) -> Result<Answer, Failure> {
        let (status, why) = match self {
            Self::Mismatch => (StatusCode::CONFLICT, "possible etag mismatch. error from state store".into()),
            Self::Other(why) => (StatusCode::INTERNAL_SERVER_ERROR, why),
        };
        fail(status, code, format!("{what}: {why}"))
    }
}

impl Store {
    pub fn open(component: &Component, secrets: &Secrets) -> Result<Self> {
        ensure!(component.version == "v2", "the component {} must be of version v2", component.name);
        let values = component.values(secrets, &["connectionString"])?;
        let postgres = Postgres::new(values.required("connectionString")?)
            .with_context(|| format!("the component {}", component.name))?;
        Ok(Self { postgres, tidied: Mutex::new(None) })
    }

    pub async fn save(&self, save: &Save) -> Result<(), Trouble> {
        let Options { concurrency, consistency } = &save.options;
        if !["", "first-write", "last-write"].contains(&concurrency.as_str()) {
            return Err(Trouble::Other(format!("unrecognized concurrency model '{concurrency}'")));
        }
        if !["", "strong", "eventual"].contains(&consistency.as_str()) {
            return Err(Trouble::Other(format!("unrecognized consistency model '{consistency}'")));
        }
        let ttl = save.ttl().map_err(Trouble::Other)?;
        let value = as_go(save.value.clone()).to_string().into_bytes();
        let is_first = concurrency == "first-write";
        let etag = save.etag.as_ref().filter(|etag| !etag.is_empty());
        let written = match etag {
            Some(etag) => self.write(include_str!("update.sql"), &[&save.key, &value, &ttl, etag]).await,
            None => self.write(include_str!("insert.sql"), &[&save.key, &value, &ttl, &is_first]).await,
        };
        match (written?, etag) {
            (1, _) => Ok(()),
            (_, Some(_)) => Err(Trouble::Mismatch),
            // That, too, is what Dapr says, with 500.
            (_, None) => Err(Trouble::Other("no item was updated".into())),
        }
    }

    pub async fn delete(&self, key: &str, etag: Option<&str>) -> Result<(), Trouble> {
        match (self.write(include_str!("delete.sql"), &[&key, &etag]).await?, etag) {
            (0, Some(_)) => Err(Trouble::Mismatch),
            _ => Ok(()),
        }
    }

    pub async fn read(&self, keys: &[String]) -> Result<Vec<Row>, String> {
        self.tidy().await?;
        let rows = self.postgres.with(async |client| client.query(include_str!("select.sql"), &[&keys]).await).await?;
        let row = |row: &tokio_postgres::Row| Row {
            key: row.get(0),
            value: row.get(1),
            etag: row.get(2),
            expires: row.get(3),
        };
        Ok(rows.iter().map(row).collect())
    }

    async fn write(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, Trouble> {
        self.tidy().await.map_err(Trouble::Other)?;
        self.postgres.with(async |client| client.execute(statement, values).await).await.map_err(Trouble::Other)
    }

    /// Makes the tables, if need be, and clears away what has expired.
    async fn tidy(&self) -> Result<(), String> {
        let mut tidied = self.tidied.lock().await;
        if tidied.is_none_or(|when| when.elapsed() > TIDIED_EVERY) {
            self.postgres.with(async |client| client.batch_execute(include_str!("tables.sql")).await).await?;
            *tidied = Some(Instant::now());
        }
        Ok(())
    }
}

impl Save {
    /// How many seconds it is kept; for ever where that is nothing.
    fn ttl(&self) -> Result<Option<f64>, String> {
        let given = self.metadata.as_ref().and_then(|metadata| metadata.get("ttlInSeconds"));
        let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
        match text.parse::<i32>() {
            Ok(seconds) if seconds >= -1 => Ok((seconds > 0).then_some(seconds.into())),
            _ => Err("error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater".into()),
        }
    }
}

/// As Dapr keeps it, which is written in Go: members in order, and all numbers with 53 bits.
fn as_go(mut value: Value) -> Value {
    value.sort_all_objects();
    round(&mut value);
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(members) => members.values_mut().for_each(round),
        Value::Number(number) => {
            let float = number.as_f64().unwrap_or_default();
            let is_whole = float.fract() == 0.0 && float.abs() < 9e18;
            let rounded = if is_whole { Some(Number::from(float as i64)) } else { Number::from_f64(float) };
            rounded.into_iter().for_each(|rounded| *number = rounded);
        }
        _ => {}
    }
}
