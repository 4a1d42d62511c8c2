//! Responses of the API: JSON, no content, or an error in Dapr's form.

use std::error::Error;
use std::fmt::{Display, Formatter};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

pub type ApiResponse = Response<Full<Bytes>>;

/// Error response: a status, Dapr's error code, and a message.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub fn into_response(self) -> ApiResponse {
        json(self.status, &json!({ "errorCode": self.code, "message": self.message }))
    }
}

impl Display for ApiError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status.as_u16(), self.message)
    }
}

impl Error for ApiError {}

pub fn reject<T>(status: StatusCode, code: &'static str, message: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError { status, code, message: message.into() })
}

pub fn internal_error<T>(code: &'static str, message: impl Into<String>) -> Result<T, ApiError> {
    reject(StatusCode::INTERNAL_SERVER_ERROR, code, message)
}

pub fn no_content() -> ApiResponse {
    response(StatusCode::NO_CONTENT, Bytes::new(), None)
}

pub fn ok(body: &impl Serialize) -> ApiResponse {
    json(StatusCode::OK, body)
}

pub fn json(status: StatusCode, body: &impl Serialize) -> ApiResponse {
    raw_json(status, serde_json::to_vec(body).unwrap_or_default())
}

/// Returns JSON that is serialized already.
pub fn raw_json(status: StatusCode, body: impl Into<Bytes>) -> ApiResponse {
    response(status, body.into(), Some(HeaderValue::from_static("application/json")))
}

pub fn plain_text(status: StatusCode, body: &'static str) -> ApiResponse {
    response(status, body.into(), Some(HeaderValue::from_static("text/plain; charset=utf-8")))
}

fn response(status: StatusCode, body: Bytes, content_type: Option<HeaderValue>) -> ApiResponse {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().extend(content_type.map(|content_type| (CONTENT_TYPE, content_type)));
    response
}
