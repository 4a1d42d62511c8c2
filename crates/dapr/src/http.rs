//! Outbound HTTP requests, each with a timeout and a bounded response.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};

/// Largest response body that is read, in bytes.
#[cfg(target_family = "wasm")]
const MAX_BODY: usize = 256 * 1024;

/// Response to an outbound request, whatever its status.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
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
    /// Only guests have network access; native builds use the tables of routes alone.
    NotAGuest,
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(_) => f.write_str("the request failed"),
            Self::TimedOut(ms) => write!(f, "no response within {ms} ms"),
            Self::TooLarge(bytes) => write!(f, "a response of {bytes} bytes"),
            Self::NotAGuest => f.write_str("only functions reach other servers"),
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

/// Sends `body` with POST, or sends a GET request if there is none.
#[cfg(target_family = "wasm")]
pub async fn send(
    url: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
    timeout_ms: u64,
) -> Result<Response, Error> {
    use futures::future::{Either, select};
    use spin_sdk::http::{Method, Request, Response as SpinResponse, send};

    let mut request = Request::builder();
    request.uri(url).method(if body.is_some() { Method::Post } else { Method::Get });
    for (name, value) in headers {
        request.header(*name, *value);
    }
    let response = std::pin::pin!(send::<_, SpinResponse>(request.body(body.unwrap_or_default()).build()));
    match select(response, std::pin::pin!(crate::time::wait(timeout_ms))).await {
        Either::Left((Ok(response), _)) if response.body().len() <= MAX_BODY => {
            Ok(Response { status: *response.status(), body: response.into_body() })
        }
        Either::Left((Ok(response), _)) => Err(Error::TooLarge(response.body().len())),
        Either::Left((Err(error), _)) => Err(Error::Failed(error.into())),
        Either::Right(_) => Err(Error::TimedOut(timeout_ms)),
    }
}

/// Sends `body` with POST, or sends a GET request if there is none.
#[cfg(not(target_family = "wasm"))]
pub async fn send(
    _url: &str,
    _headers: &[(&str, &str)],
    _body: Option<Vec<u8>>,
    _timeout_ms: u64,
) -> Result<Response, Error> {
    Err(Error::NotAGuest)
}
