//! `ETag`, `If-Match` and `If-None-Match`: the version of a thing as HTTP says it.

use domain::Version;

use crate::{Problem, Request};

/// The versions that the thing may still have, if the client cares: its `If-Match`. A tag that is weak or not of ours
/// fits no version.
pub fn expected_versions(request: &Request) -> Result<Option<Vec<Version>>, Problem> {
    match request.header("if-match").map(str::trim) {
        None | Some("*") => Ok(None),
        Some(given) => tags(given)
            .map(|tags| Some(tags.filter_map(|tag| tag.parse().ok()).collect()))
            .ok_or_else(|| Problem::invalid_header("If-Match", "must be the ETag of an earlier answer, as in \"3\"")),
    }
}

/// Refuses an `If-None-Match` that is none, rather than answering as if it were not there.
pub fn check(request: &Request) -> Result<(), Problem> {
    match request.header("if-none-match").map(str::trim) {
        Some(given) if given != "*" && tags(given).is_none() => {
            Err(Problem::invalid_header("If-None-Match", "must be the ETag of an earlier answer, as in \"3\""))
        }
        _ => Ok(()),
    }
}

/// Whether the client has already what has this `ETag`: its `If-None-Match`.
pub fn is_known(request: &Request, etag: &str) -> bool {
    request.header("if-none-match").is_some_and(|given| {
        given.trim() == "*"
            || given
                .split(',')
                .any(|one| one.trim().trim_start_matches("W/").trim_matches('"') == etag.trim_matches('"'))
    })
}

/// The version as an `ETag`.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// What stands in the strong tags of a list; nothing if that is no list of tags. A bare number is understood too: it can
/// mean nothing else, and quotes get lost easily.
fn tags(given: &str) -> Option<impl Iterator<Item = &str>> {
    let is_tag = |tag: &str| {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"') || tag.parse::<Version>().is_ok()
    };
    given.split(',').map(str::trim).all(is_tag).then(|| given.split(',').map(|tag| tag.trim().trim_matches('"')))
}
