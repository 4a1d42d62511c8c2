//! `ETag`, `If-Match` and `If-None-Match`: versions in HTTP.

use domain::Version;

use crate::{Problem, Request};

/// Maximum bytes of `If-Match`, and number of its tags. The event of a lost write repeats the versions.
const MAX_BYTES: usize = 1000;
const MAX_TAGS: usize = 10;

/// Parses `If-Match` into the versions that the client expects. Weak or foreign tags match no version.
pub fn expected_versions(request: &Request) -> Result<Option<Vec<Version>>, Problem> {
    match request.header("if-match").map(str::trim) {
        None | Some("*") => Ok(None),
        Some(given) if given.len() > MAX_BYTES || given.split(',').count() > MAX_TAGS => {
            Err(Problem::invalid_header("If-Match", "must have at most 10 ETags, and 1000 bytes"))
        }
        Some(given) => parse_tags(given)
            .map(|tags| Some(tags.filter_map(|tag| tag.parse().ok()).collect()))
            .ok_or_else(|| {
                Problem::invalid_header("If-Match", "must be the ETag of an earlier response, as in \"3\"")
            }),
    }
}

/// Rejects an invalid `If-Match` or `If-None-Match`, rather than ignoring it, also where there is no version.
pub fn check_conditions(request: &Request) -> Result<(), Problem> {
    expected_versions(request)?;
    match request.header("if-none-match").map(str::trim) {
        Some(given) if given != "*" && parse_tags(given).is_none() => Err(Problem::invalid_header(
            "If-None-Match",
            "must be the ETag of an earlier response, as in \"3\"",
        )),
        _ => Ok(()),
    }
}

/// True if the client's `If-None-Match` has this `ETag`.
pub fn is_known(request: &Request, etag: &str) -> bool {
    request.header("if-none-match").is_some_and(|given| {
        given.trim() == "*"
            || given
                .split(',')
                .any(|one| one.trim().trim_start_matches("W/").trim_matches('"') == etag.trim_matches('"'))
    })
}

/// Writes a version as an `ETag`.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// Parses a list of tags, and returns their contents. A bare number is accepted too: quotes get lost easily.
fn parse_tags(given: &str) -> Option<impl Iterator<Item = &str>> {
    let is_tag = |tag: &str| {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"')
            || tag.parse::<Version>().is_ok()
    };
    given
        .split(',')
        .map(str::trim)
        .all(is_tag)
        .then(|| given.split(',').map(|tag| tag.trim().trim_matches('"')))
}
