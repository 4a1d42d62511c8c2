//! `ETag` and `If-Match`: the version of a thing as HTTP says it.

use domain::Version;

use crate::{Problem, Request};

/// The version that the thing must still have, if the client cares: its `If-Match`.
pub fn expected_version(request: &Request) -> Result<Option<Version>, Problem> {
    match request.header("if-match").map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => tag
            .strip_prefix('"')
            .and_then(|tag| tag.strip_suffix('"'))
            .and_then(|version| version.parse().ok())
            .map(Some)
            .ok_or_else(|| Problem::invalid_header("If-Match", "must be the ETag of an earlier answer, as in \"3\"")),
    }
}

/// The version as an `ETag`.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}
