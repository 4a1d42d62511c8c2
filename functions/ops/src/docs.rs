//! `GET /api/docs`: the OpenAPI document as one HTML page without scripts or external resources.

use web::{Compressed, Problem, Request, Response};

/// Page, rendered from the OpenAPI document by the build script.
const PAGE: Compressed = Compressed {
    plain: include_bytes!(concat!(env!("OUT_DIR"), "/docs.html")),
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/docs.html.gz")),
};

pub fn run(request: &Request) -> Result<Response, Problem> {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    Ok(Response::compressed(request, "text/html; charset=utf-8", &PAGE)
        .with("content-security-policy", policy)
        .with("cache-control", "public, max-age=60"))
}
