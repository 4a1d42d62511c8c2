//! What the API answers: JSON, nothing, or an error in Dapr's form.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

pub type Answer = Response<Full<Bytes>>;

/// A status, Dapr's code for it, and what happened.
#[derive(Debug)]
pub struct Failure(StatusCode, &'static str, String);

impl Failure {
    pub fn answer(self) -> Answer {
        let Self(status, code, message) = self;
        json(status, &json!({ "errorCode": code, "message": message }))
    }
}

pub fn fail<T>(status: StatusCode, code: &'static str, message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(status, code, message.into()))
}

/// It went wrong on this side.
pub fn broken<T>(code: &'static str, message: impl Into<String>) -> Result<T, Failure> {
    fail(StatusCode::INTERNAL_SERVER_ERROR, code, message)
}

pub fn empty() -> Answer {
    with(StatusCode::NO_CONTENT, Bytes::new(), None)
}

pub fn ok(body: &impl Serialize) -> Answer {
    json(StatusCode::OK, body)
}

pub fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    raw(status, serde_json::to_vec(body).unwrap_or_default())
}

/// JSON that is text already.
pub fn raw(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    with(status, body.into(), Some(HeaderValue::from_static("application/json")))
}

pub fn text(status: StatusCode, body: &'static str) -> Answer {
    with(status, body.into(), Some(HeaderValue::from_static("text/plain; charset=utf-8")))
}

fn with(status: StatusCode, body: Bytes, kind: Option<HeaderValue>) -> Answer {
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().extend(kind.map(|kind| (CONTENT_TYPE, kind)));
    answer
}
