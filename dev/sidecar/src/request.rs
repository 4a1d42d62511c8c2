//! A request to the API, with its body in memory.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde::de::DeserializeOwned;

use crate::response::{ApiError, reject};

/// Dapr's limit for a body.
const MAX_BODY: usize = 4 * 1024 * 1024;

pub struct ApiRequest {
    pub method: Method,
    /// Path with its percent escapes.
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl ApiRequest {
    pub async fn read(request: Request<Incoming>) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
            let message = "failed to read request body: it ended early or is larger than 4 MiB";
            return reject(StatusCode::BAD_REQUEST, "ERR_BODY_READ", message);
        };
        Ok(Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers,
            body: body.to_bytes(),
        })
    }

    /// Returns the decoded segments of the path, or `None` if a percent escape is invalid.
    pub fn segments(&self) -> Option<Vec<String>> {
        self.path.split('/').filter(|segment| !segment.is_empty()).map(percent_decode).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the query parameters in order. Those with an invalid percent escape are left out.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((percent_decode(name)?, percent_decode(value)?))
        })
    }

    /// Returns the query parameters that begin with `metadata.`, without this prefix.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        self.parameters()
            .filter_map(|(name, value)| Some((name.strip_prefix("metadata.")?.to_owned(), value)))
            .collect()
    }

    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).or_else(|error| {
            let message = format!("failed deserializing HTTP body: {error}");
            reject(StatusCode::BAD_REQUEST, "ERR_MALFORMED_REQUEST", message)
        })
    }
}

/// Decodes percent escapes, and `+` as a space.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let [high, low, after @ ..] = rest else { return None };
                rest = after;
                (digit(*high)? * 16 + digit(*low)?) as u8
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).ok()
}
