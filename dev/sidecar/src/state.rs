//! State stores: values by key, in Postgres.

mod item;
mod json;
mod store;

use std::collections::BTreeMap;

use anyhow::Result;
use hyper::StatusCode;
use hyper::header::{ETAG, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::component::Component;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, internal_error, no_content, ok, raw_json, reject};
use crate::secrets::SecretStores;
use crate::state::item::Item;
use crate::state::store::{StateStore, WriteError};

/// Prefix of all keys: Dapr uses the app id, and here all functions share one app.
const PREFIX: &str = "taskflow||";

/// State stores by name.
#[derive(Debug)]
pub struct StateStores(BTreeMap<String, StateStore>);

#[derive(Deserialize)]
struct Keys {
    keys: Vec<String>,
}

impl StateStores {
    pub const KIND: &str = "state.postgresql";

    pub fn open(components: &[Component], secrets: &SecretStores) -> Result<Self> {
        let of_kind = components.iter().filter(|component| component.kind == Self::KIND);
        of_kind
            .map(|component| Ok((component.name.clone(), StateStore::open(component, secrets)?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Handles `POST /v1.0/state/{store}`.
    pub async fn save(&self, name: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let store = self.store(name)?;
        let mut items: Vec<Item> = request.json()?;
        for item in &mut items {
            if item.key.is_empty() {
                return reject(
                    StatusCode::BAD_REQUEST,
                    "ERR_MALFORMED_REQUEST",
                    "\"key\" is a required field",
                );
            }
            item.key = add_prefix(&item.key)?;
            item.metadata.get_or_insert_default().extend(request.metadata());
        }
        // As in Dapr, items are independent: what is written stays, even if others fail.
        let mut errors = Vec::new();
        for item in &items {
            errors.extend(store.save(item).await.err());
        }
        errors.sort_by_key(|error| matches!(error, WriteError::Other(_)));
        match errors.into_iter().next() {
            None => Ok(no_content()),
            Some(error) => {
                reject_write(error, "ERR_STATE_SAVE", &format!("failed saving state in state store {name}"))
            }
        }
    }

    /// Handles `GET /v1.0/state/{store}/{key}`.
    pub async fn get(&self, name: &str, key: &str) -> Result<ApiResponse, ApiError> {
        let store = self.store(name)?;
        let rows = match store.read(&[add_prefix(key)?]).await {
            Ok(rows) => rows,
            Err(error) => {
                let message = format!("fail to get {key} from state store {name}: {error:#}");
                return internal_error("ERR_STATE_GET", message);
            }
        };
        let Some(row) = rows.into_iter().next() else { return Ok(no_content()) };
        let mut response = raw_json(StatusCode::OK, row.value);
        let header = |text: String| HeaderValue::try_from(text).ok();
        response.headers_mut().extend(header(row.etag).map(|etag| (ETAG, etag)));
        if let Some(expires_at) = row.expires_at.and_then(header) {
            response.headers_mut().insert("metadata.ttlexpiretime", expires_at);
        }
        Ok(response)
    }

    /// Handles `POST /v1.0/state/{store}/bulk`.
    pub async fn get_bulk(&self, name: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let store = self.store(name)?;
        let Keys { keys } = request.json()?;
        let keys = keys.iter().map(|key| add_prefix(key)).collect::<Result<Vec<_>, _>>()?;
        let rows = match store.read(&keys).await {
            Ok(rows) => rows,
            Err(error) => return internal_error("ERR_STATE_BULK_GET", format!("{error:#}")),
        };
        let found = rows.iter().map(|row| {
            let value: Option<&RawValue> = serde_json::from_slice(&row.value).ok();
            let mut item = json!({ "key": remove_prefix(&row.key), "data": value, "etag": row.etag });
            if let Some(expires_at) = &row.expires_at {
                item["metadata"] = json!({ "ttlExpireTime": expires_at });
            }
            item
        });
        let missing = keys.iter().filter(|key| !rows.iter().any(|row| row.key == **key));
        let missing = missing.map(|key| json!({ "key": remove_prefix(key) }));
        Ok(ok(&found.chain(missing).collect::<Vec<_>>()))
    }

    /// Handles `DELETE /v1.0/state/{store}/{key}`.
    pub async fn delete(&self, name: &str, key: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let store = self.store(name)?;
        let etag = Some(request.header("if-match")).filter(|etag| !etag.is_empty());
        match store.delete(&add_prefix(key)?, etag).await {
            Ok(()) => Ok(no_content()),
            Err(error) => {
                reject_write(error, "ERR_STATE_DELETE", &format!("failed deleting state with key {key}"))
            }
        }
    }

    fn store(&self, name: &str) -> Result<&StateStore, ApiError> {
        if self.0.is_empty() {
            let message = format!("state store {name} is not configured");
            return internal_error("ERR_STATE_STORE_NOT_CONFIGURED", message);
        }
        let message = format!("state store {name} is not found");
        self.0
            .get(name)
            .map_or_else(|| reject(StatusCode::BAD_REQUEST, "ERR_STATE_STORE_NOT_FOUND", message), Ok)
    }
}

fn reject_write(error: WriteError, code: &'static str, context: &str) -> Result<ApiResponse, ApiError> {
    match error {
        WriteError::EtagMismatch => {
            let message = format!("{context}: possible etag mismatch. error from state store");
            reject(StatusCode::CONFLICT, code, message)
        }
        WriteError::Other(error) => internal_error(code, format!("{context}: {error:#}")),
    }
}

fn add_prefix(key: &str) -> Result<String, ApiError> {
    if key.contains("||") {
        let message = format!("input key/keyPrefix '{key}' can't contain '||'");
        return reject(StatusCode::BAD_REQUEST, "ERR_MALFORMED_REQUEST", message);
    }
    Ok(format!("{PREFIX}{key}"))
}

fn remove_prefix(key: &str) -> &str {
    key.strip_prefix(PREFIX).unwrap_or(key)
}
