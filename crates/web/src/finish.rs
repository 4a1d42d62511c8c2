//! Finishing a response: headers for browsers and caches, the session cookie, `TaskFlow-Seq`, rate limits,
//! compression.

use std::io::Write;

use crate::credentials::{session_cookie, token_in_cookie};
use crate::etag::is_known;
use crate::{Request, Response};

/// Size in bytes from which on compression saves more time than it takes.
const COMPRESSED_FROM: usize = 2 * 1024;

/// Headers of every response: it is no page, may not be framed, and is of no use to another site.
const SECURITY_HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    // Only the client itself may keep private data, and has to revalidate it.
    ("cache-control", "private, no-cache"),
];

/// Makes a response ready to be sent.
pub fn finish(mut response: Response, request: &Request) -> Response {
    if let Some(etag) = response.header("etag").map(str::to_owned)
        && matches!(request.method.as_str(), "GET" | "HEAD")
        && response.status == 200
        && is_known(request, &etag)
    {
        response = Response { status: 304, ..Response::empty() }.with("etag", etag);
    }
    // A response that sets the cookie itself has ended or replaced the session.
    if request.context.is_session_extended()
        && response.header("set-cookie").is_none()
        && let Some(token) = token_in_cookie(request)
    {
        response = response.with("set-cookie", session_cookie(request, Some(token)));
    }
    let missing: Vec<_> =
        SECURITY_HEADERS.into_iter().filter(|(name, _)| response.header(name).is_none()).collect();
    response.headers.extend(missing.into_iter().map(|(name, value)| (name, value.to_owned())));
    if request.is_secure() {
        response = response.with("strict-transport-security", "max-age=31536000");
    }
    // A request that was refused by the function has changed nothing, whatever it has read before.
    if response.status < 400
        && let Some(seq) = request.context.seq()
    {
        response = response.with("taskflow-seq", seq);
    }
    if let Some(quota) = request.context.quota() {
        let store::Quota { policy, requests, seconds, remaining, reset, .. } = quota;
        response = response
            .with("ratelimit-policy", format!("\"{policy}\";q={requests};w={seconds}"))
            .with("ratelimit", format!("\"{policy}\";r={remaining};t={reset}"));
    }
    // A proxy appends the bytes of a stream to what it has sent before.
    let is_stream = response.header("content-type") == Some("text/event-stream");
    if response.body.len() >= COMPRESSED_FROM && !is_stream {
        response = response.with("vary", "accept-encoding");
        if accepts_gzip(request) && response.header("content-encoding").is_none() {
            response = compress(response);
        }
    }
    response
}

/// True if the client accepts a response that is compressed by gzip.
pub fn accepts_gzip(request: &Request) -> bool {
    let refused = |parameters: &str| {
        parameters
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0))
    };
    request.header("accept-encoding").is_some_and(|accepted| {
        accepted.split(',').any(|one| {
            let (coding, parameters) = one.split_once(';').unwrap_or((one, ""));
            coding.trim().eq_ignore_ascii_case("gzip") && !refused(parameters)
        })
    })
}

fn compress(response: Response) -> Response {
    // The fastest level: it shrinks a list of tasks to a sixth, and the best level gains little more.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    match encoder.write_all(&response.body).and_then(|()| encoder.finish()) {
        Ok(body) => Response { body, ..response }.with("content-encoding", "gzip"),
        Err(_) => response,
    }
}
