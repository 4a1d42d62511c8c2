//! What every answer gets before it leaves: headers that keep browsers safe and caches honest, and less to send.

use std::io::Write;

use crate::etag::is_known;
use crate::{Request, Response};

/// From this size on, packing saves more time than it takes.
const WORTH_PACKING: usize = 2 * 1024;

/// Nothing that an API answers is a page, may be framed, or is of use to another site.
const SAFE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    // What is somebody's own is kept by nobody else, and asked for again each time.
    ("cache-control", "private, no-cache"),
];

/// Makes an answer ready to leave.
pub fn finish(mut response: Response, request: &Request) -> Response {
    if let Some(etag) = response.header("etag").map(str::to_owned)
        && matches!(request.method.as_str(), "GET" | "HEAD")
        && response.status == 200
        && is_known(request, &etag)
    {
        response = Response { status: 304, ..Response::empty() }.with("etag", etag);
    }
    let missing: Vec<_> = SAFE.into_iter().filter(|(name, _)| response.header(name).is_none()).collect();
    response.headers.extend(missing.into_iter().map(|(name, value)| (name, value.to_owned())));
    if request.is_secure() {
        response = response.with("strict-transport-security", "max-age=31536000");
    }
    if let Some(quota) = store::quota() {
        let store::Quota { policy, quota, seconds, remaining, reset } = quota;
        response = response
            .with("ratelimit-policy", format!("\"{policy}\";q={quota};w={seconds}"))
            .with("ratelimit", format!("\"{policy}\";r={remaining};t={reset}"));
    }
    if response.body.len() >= WORTH_PACKING {
        response = response.with("vary", "accept-encoding");
        if accepts_gzip(request) {
            response = pack(response);
        }
    }
    response
}

fn accepts_gzip(request: &Request) -> bool {
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

fn pack(response: Response) -> Response {
    // The fastest level: a list of tasks shrinks to a sixth, the best level gains little more.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    match packer.write_all(&response.body).and_then(|()| packer.finish()) {
        Ok(packed) => Response { body: packed, ..response }.with("content-encoding", "gzip"),
        Err(_) => response,
    }
}
