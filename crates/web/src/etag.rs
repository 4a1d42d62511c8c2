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

/// Whether the client has already what has this `ETag`: its `If-None-Match`.
pub fn is_known(request: &Request, etag: &str) -> bool {
    request.header("if-none-match").is_some_and(|given| {
        given.trim() == "*" || given.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)
    })
}

/// The version as an `ETag`.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// What stands in the strong tags of a list; nothing if that is no list of tags.
fn tags(given: &str) -> Option<impl Iterator<Item = &str>> {
    let quoted = |tag: &str| {
        tag.trim_start_matches("W/").len() >= 2 && tag.trim_start_matches("W/").starts_with('"') && tag.ends_with('"')
    };
    given.split(',').map(str::trim).all(quoted).then(|| given.split(',').map(|tag| tag.trim().trim_matches('"')))
}
