//! A request, read whole.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde::de::DeserializeOwned;

use crate::answer::{Failure, fail};

/// What Dapr takes in one request.
const LARGEST: usize = 4 * 1024 * 1024;

pub struct Call {
    pub method: Method,
    /// As it came, with its escapes.
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub async fn read(request: Request<Incoming>) -> Result<Self, Failure> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST).collect().await else {
            let message = "failed to read request body: it broke off or is larger than 4 MiB";
            return fail(StatusCode::BAD_REQUEST, "ERR_BODY_READ", message);
        };
        Ok(Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers,
            body: body.to_bytes(),
        })
    }

    /// The segments of its path, without escapes; none where an escape is none.
    pub fn segments(&self) -> Option<Vec<String>> {
        self.path.split('/').filter(|segment| !segment.is_empty()).map(unescape).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The parameters of its query, in order.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((unescape(name)?, unescape(value)?))
        })
    }

    /// The parameters whose name begins with `metadata.`, without that.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        self.parameters()
            .filter_map(|(name, value)| Some((name.strip_prefix("metadata.")?.to_owned(), value)))
            .collect()
    }

    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).or_else(|error| {
            let message = format!("failed deserializing HTTP body: {error}");
            fail(StatusCode::BAD_REQUEST, "ERR_MALFORMED_REQUEST", message)
        })
    }
}

/// Without `%20` and `+`.
fn unescape(text: &str) -> Option<String> {
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
