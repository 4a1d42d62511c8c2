//! Outbound HTTP requests, each with a timeout and a bounded response.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::pin::pin;

use futures::future::{Either, select};
use spin_sdk::http::{self, Method, Request, Response as SpinResponse};

use crate::time::wait;

/// Largest response body that is read, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// Response to an outbound request, whatever its status.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Value of the header `Cache-Control`.
    pub cache_control: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

/// Reason why a request got no usable response.
#[derive(Debug)]
pub enum Error {
    /// The request could not be sent, or the connection broke.
    Failed(Box<dyn StdError + Send + Sync>),
    /// No response within this many milliseconds.
    TimedOut(u64),
    /// The response has this many bytes, which is more than is accepted.
    TooLarge(usize),
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(_) => f.write_str("the request failed"),
            Self::TimedOut(ms) => write!(f, "no response within {ms} ms"),
            Self::TooLarge(bytes) => write!(f, "a response of {bytes} bytes"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(source) => Some(&**source),
            _ => None,
        }
    }
}

/// Sends `body` with POST, or sends a GET request if there is none. A redirect is a response like any other:
/// it is not followed.
pub async fn send(
    url: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
    timeout_ms: u64,
) -> Result<Response, Error> {
    let mut request = Request::builder();
    request.uri(url).method(if body.is_some() { Method::Post } else { Method::Get });
    for (name, value) in headers {
        request.header(*name, *value);
    }
    if let Some(body) = &body {
        // Without it the body is chunked, which some servers refuse.
        request.header("content-length", body.len().to_string());
    }
    let response = pin!(http::send::<_, SpinResponse>(request.body(body.unwrap_or_default()).build()));
    match select(response, pin!(wait(timeout_ms))).await {
        Either::Left((Ok(response), _)) if response.body().len() <= MAX_BODY => {
            let cache_control = response.header("cache-control").and_then(|value| value.as_str());
            Ok(Response {
                status: *response.status(),
                cache_control: cache_control.map(str::to_owned),
                body: response.into_body(),
            })
        }
        Either::Left((Ok(response), _)) => Err(Error::TooLarge(response.body().len())),
        Either::Left((Err(error), _)) => Err(Error::Failed(error.into())),
        Either::Right(_) => Err(Error::TimedOut(timeout_ms)),
    }
}
