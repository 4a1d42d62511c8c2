//! Responses of the host in place of a component: problems (RFC 9457) like those of the functions, with the
//! correlation id of the request.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use wasmtime_wasi_http::WasiBody;

pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Reason why the host responds in place of a component.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    /// The request cannot be passed to a component, for this reason.
    Request(&'static str),
    /// The component did not respond. The log has the reason.
    Guest,
}

impl Failure {
    pub fn status(self) -> StatusCode {
        match self {
            Self::Request(_) => StatusCode::BAD_REQUEST,
            Self::Guest => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the response to a client.
    pub fn response(self, correlation_id: &str) -> Response<WasiBody> {
        let (kind, title, detail) = match self {
            Self::Request(detail) => ("malformed", "The request cannot be parsed", detail),
            Self::Guest => {
                ("fault", "Something went wrong on our side", "We logged it under this `correlation_id`.")
            }
        };
        let body = json!({
            "type": format!("urn:taskflow:problem:{kind}"),
            "title": title,
            "status": self.status().as_u16(),
            "detail": detail,
            "correlation_id": correlation_id,
        });
        let mut response = response(self.status(), body.to_string().into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(correlation_id) {
            headers.insert(CORRELATION_ID, id);
        }
        response
    }
}

/// Makes a response with a body in memory.
pub fn response(status: StatusCode, body: Bytes) -> Response<WasiBody> {
    let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// Returns the correlation id of a request, by the rule of the functions: the client's if it is valid, or else
/// a new one.
pub fn correlation_id(headers: &HeaderMap) -> Arc<str> {
    let is_valid = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match headers.get(CORRELATION_ID).and_then(|id| id.to_str().ok()).filter(is_valid) {
        Some(id) => id.into(),
        None => format!("{:016x}{:016x}", random(), random()).into(),
    }
}

/// Draws a number from the seeds of hash maps, which are random.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
