//! State: values under keys, in Postgres.

mod store;

use std::collections::BTreeMap;

use anyhow::Result;
use hyper::StatusCode;
use hyper::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::answer::{Answer, Failure, broken, empty, fail, ok, raw};
use crate::call::Call;
use crate::component::Component;
use crate::secrets::Secrets;
use crate::state::store::{Save, Store, Trouble};

/// There is one app here, whose keys have its name, as Dapr gives it to them.
const PREFIX: &str = "taskflow||";

/// The state stores, by name.
#[derive(Debug)]
pub struct State(BTreeMap<String, Store>);

#[derive(Deserialize)]
struct Keys {
    keys: Vec<String>,
}

impl State {
    pub const KIND: &str = "state.postgresql";

    pub fn open(components: &[Component], secrets: &Secrets) -> Result<Self> {
        let of_kind = components.iter().filter(|component| component.kind == Self::KIND);
        of_kind
            .map(|component| Ok((component.name.clone(), Store::open(component, secrets)?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    pub async fn save(&self, name: &str, call: &Call) -> Result<Answer, Failure> {
        let store = self.store(name)?;
        let mut saves: Vec<Save> = call.json()?;
        for save in &mut saves {
            if save.key.is_empty() {
                return fail(StatusCode::BAD_REQUEST, "ERR_MALFORMED_REQUEST", "\"key\" is a required field");
            }
            save.key = prefixed(&save.key)?;
            save.metadata.get_or_insert_default().extend(call.metadata());
        }
        // Each for itself, as with Dapr: what is written stays, whatever comes of the others.
        let mut troubles = Vec::new();
        for save in &saves {
            troubles.extend(store.save(save).await.err());
        }
        troubles.sort_by_key(|trouble| matches!(trouble, Trouble::Other(_)));
        match troubles.into_iter().next() {
            None => Ok(empty()),
            Some(trouble) => trouble.failure("ERR_STATE_SAVE", &format!("failed saving state in state store {name}")),
        }
    }

    pub async fn get(&self, name: &str, key: &str) -> Result<Answer, Failure> {
        let store = self.store(name)?;
        match store.read(&[prefixed(key)?]).await {
            Err(why) => broken("ERR_STATE_GET", format!("fail to get {key} from state store {name}: {why}")),
            Ok(rows) => Ok(rows.into_iter().next().map_or_else(empty, |row| {
                let mut answer = raw(StatusCode::OK, row.value);
                let header = |text: String| HeaderValue::try_from(text).ok();
                answer.headers_mut().extend(header(row.etag).map(|etag| (hyper::header::ETAG, etag)));
                if let Some(expires) = row.expires.and_then(header) {
                    answer.headers_mut().insert("metadata.ttlexpiretime", expires);
                }
                answer
            })),
        }
    }

    pub async fn get_many(&self, name: &str, call: &Call) -> Result<Answer, Failure> {
        let store = self.store(name)?;
        let Keys { keys } = call.json()?;
        let keys = keys.iter().map(|key| prefixed(key)).collect::<Result<Vec<_>, _>>()?;
        let rows = match store.read(&keys).await {
            Ok(rows) => rows,
            Err(why) => return broken("ERR_STATE_BULK_GET", why),
        };
        let found = rows.iter().map(|row| {
            let value: Option<&RawValue> = serde_json::from_slice(&row.value).ok();
            let mut item = json!({ "key": own(&row.key), "data": value, "etag": row.etag });
            if let Some(expires) = &row.expires {
                item["metadata"] = json!({ "ttlExpireTime": expires });
            }
            item
        });
        let missing = keys.iter().filter(|key| !rows.iter().any(|row| row.key == **key));
        let missing = missing.map(|key| json!({ "key": own(key) }));
        Ok(ok(&found.chain(missing).collect::<Vec<_>>()))
    }

    pub async fn delete(&self, name: &str, key: &str, call: &Call) -> Result<Answer, Failure> {
        let store = self.store(name)?;
        let etag = Some(call.header("if-match")).filter(|etag| !etag.is_empty());
        match store.delete(&prefixed(key)?, etag).await {
            Ok(()) => Ok(empty()),
            Err(trouble) => trouble.failure("ERR_STATE_DELETE", &format!("failed deleting state with key {key}")),
        }
    }

    fn store(&self, name: &str) -> Result<&Store, Failure> {
        if self.0.is_empty() {
            let message = format!("state store {name} is not configured");
            return broken("ERR_STATE_STORE_NOT_CONFIGURED", message);
        }
        let message = format!("state store {name} is not found");
        self.0.get(name).map_or_else(|| fail(StatusCode::BAD_REQUEST, "ERR_STATE_STORE_NOT_FOUND", message), Ok)
    }
}

fn prefixed(key: &str) -> Result<String, Failure> {
    if key.contains("||") {
        let message = format!("input key/keyPrefix '{key}' can't contain '||'");
        return fail(StatusCode::BAD_REQUEST, "ERR_MALFORMED_REQUEST", message);
    }
    Ok(format!("{PREFIX}{key}"))
}

fn own(key: &str) -> &str {
    key.strip_prefix(PREFIX).unwrap_or(key)
}
