//! HTTP for the functions: from Spin's request to a handler's answer and back.
//!
//! A function is a table of [`Route`]s and one call of [`serve`]. Everything that holds for all of
//! them is here: who calls, what a problem looks like, how much is taken, what is logged.

mod caller;
mod correlation;
mod etag;
mod finish;
mod issuers;
mod json;
mod limits;
pub mod log;
mod openapi;
pub mod outbound;
mod problem;
mod request;
mod response;
mod route;
mod serve;
mod strict;

pub use caller::{COOKIE, TOKEN_PREFIX};
pub use etag::expected_versions;
pub use openapi::{document, paths};
pub use problem::Problem;
pub use request::{Request, again};
pub use response::Response;
pub use route::{Body, Handler, Method, Route, decode};
pub use serve::serve;

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // On WASI this is a call to the host, which cannot fail.
    getrandom::fill(&mut bytes).expect("the host has random bytes");
    bytes
}

/// The SHA-256 of a secret, in hexadecimal: what is stored in its place.
pub fn fingerprint(secret: impl AsRef<[u8]>) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(secret))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
