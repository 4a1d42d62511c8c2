//! Client of Dapr's HTTP API. The variables `dapr_url` and `dapr_api_token` of `spin.toml` say where it is.
//! Below it are the HTTP client ([`http`]) and the clock ([`time`]) of all functions.

pub mod http;
pub mod time;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use spin_sdk::variables;

/// Name of the pub/sub component.
const PUBSUB: &str = "pubsub";

/// Timeout of a request for configuration, in milliseconds.
const CONFIGURATION_TIMEOUT_MS: u64 = 3000;

/// Timeout of a health check, in milliseconds: the client of `/ready` is waiting.
const HEALTH_TIMEOUT_MS: u64 = 500;

/// Reason why Dapr did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// No usable response.
    Http(http::Error),
    /// An unexpected status, with the message of the sidecar if there is one.
    Status(u16, String),
    /// The response is not the JSON that it should be.
    Unreadable(serde_json::Error),
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(_) => f.write_str("Dapr cannot be reached"),
            Self::Status(status, message) if message.is_empty() => {
                write!(f, "Dapr responded with status {status}")
            }
            Self::Status(status, message) => write!(f, "Dapr responded with status {status}: {message}"),
            Self::Unreadable(_) => f.write_str("the response of Dapr cannot be read"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Http(source) => Some(source),
            Self::Unreadable(source) => Some(source),
            Self::Status(..) => None,
        }
    }
}

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        Self::Http(error)
    }
}

/// Failure of a bulk publish, whole or in part.
#[derive(Debug)]
pub struct PublishError {
    /// Ids of the entries that failed; empty if all did.
    pub entries: Vec<String>,
    /// Reason why.
    pub cause: Error,
}

impl Display for PublishError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("events could not be published")
    }
}

impl StdError for PublishError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.cause)
    }
}

/// Publishes entries of a bulk publish, each a JSON object with `entryId`, `event`, `contentType` and
/// `metadata`.
pub async fn publish(topic: &str, entries: &[&RawValue], timeout_ms: u64) -> Result<(), PublishError> {
    #[derive(Deserialize)]
    struct Failures {
        #[serde(rename = "failedEntries", default)]
        entries: Vec<Failure>,
    }
    #[derive(Deserialize)]
    struct Failure {
        #[serde(rename = "entryId")]
        id: String,
        #[serde(default)]
        error: String,
    }

    let all_failed = |cause| PublishError { entries: Vec::new(), cause };
    let path = format!("/v1.0-alpha1/publish/bulk/{PUBSUB}/{topic}");
    let body = serde_json::to_vec(entries).map_err(|error| all_failed(Error::Unreadable(error)))?;
    let response = send(&path, Some(body), timeout_ms).await.map_err(|error| all_failed(error.into()))?;
    if is_success(response.status) {
        return Ok(());
    }
    let failures =
        serde_json::from_slice::<Failures>(&response.body).map_or_else(|_| Vec::new(), |all| all.entries);
    let message = failures.first().map(|failure| failure.error.clone()).unwrap_or_default();
    let entries = failures.into_iter().map(|failure| failure.id).collect();
    Err(PublishError { entries, cause: Error::Status(response.status, message) })
}

/// Invokes the output binding of that name with an operation.
pub async fn invoke_binding(name: &str, operation: &impl Serialize, timeout_ms: u64) -> Result<(), Error> {
    let body = serde_json::to_vec(operation).map_err(Error::Unreadable)?;
    let response = send(&format!("/v1.0/bindings/{name}"), Some(body), timeout_ms).await?;
    if is_success(response.status) { Ok(()) } else { Err(Error::Status(response.status, String::new())) }
}

/// Reads all keys of a configuration store. Handlers are plain functions, so this blocks.
pub fn configuration(store: &str) -> Result<BTreeMap<String, String>, Error> {
    #[derive(Deserialize)]
    struct Item {
        #[serde(default)]
        value: String,
    }

    let response = get(&format!("/v1.0/configuration/{store}"), CONFIGURATION_TIMEOUT_MS)?;
    match response.status {
        // The store is empty.
        204 => Ok(BTreeMap::new()),
        200 => {
            let items: BTreeMap<String, Item> =
                serde_json::from_slice(&response.body).map_err(Error::Unreadable)?;
            Ok(items.into_iter().map(|(key, item)| (key, item.value)).collect())
        }
        status => Err(Error::Status(status, String::new())),
    }
}

/// True if the sidecar runs and has started the components that it needs to publish.
pub fn is_ready() -> bool {
    get("/v1.0/healthz/outbound", HEALTH_TIMEOUT_MS).is_ok_and(|response| is_success(response.status))
}

fn is_success(status: u16) -> bool {
    (200..=299).contains(&status)
}

fn get(path: &str, timeout_ms: u64) -> Result<http::Response, http::Error> {
    spin_executor::run(send(path, None, timeout_ms))
}

async fn send(path: &str, body: Option<Vec<u8>>, timeout_ms: u64) -> Result<http::Response, http::Error> {
    let variable = |name| variables::get(name).unwrap_or_default();
    let (url, token) = (variable("dapr_url") + path, variable("dapr_api_token"));
    let headers = [("content-type", "application/json"), ("dapr-api-token", token.as_str())];
    http::send(&url, &headers, body, timeout_ms).await
}
