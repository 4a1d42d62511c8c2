//! HTTP for the functions: from Spin's request to a handler's response and back.
//!
//! A function is a table of [`Route`]s and one [`export!`]. Everything that all of them share is here:
//! callers, problems, limits of size, logs, consumers of events, and the work after a response.

mod connection;
mod consume;
mod correlation;
mod credentials;
mod etag;
mod finish;
mod grip;
mod issuers;
mod json;
mod limits;
pub mod log;
mod openapi;
mod output;
mod problem;
mod record;
mod request;
mod response;
mod route;
mod serve;
mod strict;

pub use consume::{Decision, consume};
pub use credentials::{COOKIE, TOKEN_PREFIX, session_cookie};
pub use dapr::time::now_ms;
pub use etag::expected_versions;
pub use grip::is_proxied;
pub use json::parse as parse_json;
pub use openapi::{document, paths};
pub use output::{Disconnected, Output};
pub use problem::Problem;
pub use request::{Request, replay_key};
pub use response::{Compressed, Response};
pub use route::{Body, Handler, Method, Route, decode};
pub use serve::{publish, serve};

/// Draws bytes that cannot be guessed.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // On WASI this is a call to the host, which cannot fail.
    getrandom::fill(&mut bytes).expect("the host has random bytes");
    bytes
}

/// Returns the SHA-256 of a secret in hexadecimal, which is stored in its place.
pub fn fingerprint(secret: impl AsRef<[u8]>) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(secret))
}

/// Writes bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
