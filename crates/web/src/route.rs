//! Routes: the table that requests are matched with, and that the OpenAPI document is made from.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::credentials::credential;
use crate::json::reject_query;
use crate::{Problem, Request, Response};

/// Function that responds to a request.
pub type Handler = fn(&Request) -> Result<Response, Problem>;

/// Method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of HTTP")]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// Name in a request.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Content of a response.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// No content.
    Empty,
    /// JSON with that schema.
    Json(fn() -> Value),
    /// Text with that media type.
    Text(&'static str),
}

/// Method and path with their handler, and their description for the documents.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
    pub(crate) summary: &'static str,
    pub(crate) takes: Option<fn() -> Value>,
    pub(crate) takes_bytes: bool,
    pub(crate) query: Option<fn() -> Value>,
    pub(crate) ignores_query: bool,
    pub(crate) gives: (u16, Body),
    pub(crate) gives_too: Option<(u16, fn() -> Value)>,
    pub(crate) refuses: &'static [u16],
    pub(crate) open: bool,
    pub(crate) internal: bool,
    pub(crate) versioned: bool,
    pub(crate) reads: bool,
}

impl Route {
    /// A route. Parameters of the path are in braces.
    pub const fn new(method: Method, path: &'static str, handler: Handler, summary: &'static str) -> Self {
        let gives = (204, Body::Empty);
        Self {
            method,
            path,
            handler,
            summary,
            takes: None,
            takes_bytes: false,
            query: None,
            ignores_query: false,
            gives,
            gives_too: None,
            refuses: &[],
            open: false,
            internal: false,
            versioned: false,
            reads: false,
        }
    }

    /// Accepts a JSON body with that schema.
    pub const fn takes(self, schema: fn() -> Value) -> Self {
        Self { takes: Some(schema), ..self }
    }

    /// Accepts a body of any kind, which the handler reads by itself.
    pub const fn takes_bytes(self) -> Self {
        Self { takes_bytes: true, ..self }
    }

    /// Accepts a query; the schema is that of an object of its parameters.
    pub const fn query(self, schema: fn() -> Value) -> Self {
        Self { query: Some(schema), ..self }
    }

    /// Is behind a link in an e-mail. Mail programs and trackers add parameters to it, which are ignored.
    pub const fn linked(self) -> Self {
        Self { ignores_query: true, ..self }
    }

    /// Responds to success with that status and JSON with that schema.
    pub const fn gives(self, status: u16, schema: fn() -> Value) -> Self {
        Self { gives: (status, Body::Json(schema)), ..self }
    }

    /// Responds to success with text of that media type.
    pub const fn gives_text(self, media_type: &'static str) -> Self {
        Self { gives: (200, Body::Text(media_type)), ..self }
    }

    /// Responds to success with 202 and no content: the rest is done later.
    pub const fn accepts(self) -> Self {
        Self { gives: (202, Body::Empty), ..self }
    }

    /// Responds with that status and JSON with that schema, too.
    pub const fn gives_too(self, status: u16, schema: fn() -> Value) -> Self {
        Self { gives_too: Some((status, schema)), ..self }
    }

    /// Adds statuses of problems to those that follow from the input.
    pub const fn refuses(self, statuses: &'static [u16]) -> Self {
        Self { refuses: statuses, ..self }
    }

    /// Needs no caller.
    pub const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// Is about a thing with a version: changes accept `If-Match`, and responses have an `ETag`.
    pub const fn versioned(self) -> Self {
        Self { versioned: true, ..self }
    }

    /// Changes nothing, whatever its method says: there is nothing that a retry could do twice.
    pub const fn reads(self) -> Self {
        Self { reads: true, ..self }
    }

    /// Is a page for people, who need not be signed in, so it is not in the documents.
    pub const fn page(self) -> Self {
        Self { internal: true, open: true, ..self }
    }

    /// Is called by Dapr alone, so it is not in the documents.
    pub const fn internal(self) -> Self {
        Self { internal: true, open: true, takes_bytes: true, ..self }
    }

    /// Matches a path, and returns its parameters as they are encoded in it.
    fn matches<'a>(&self, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut parameters = Vec::new();
        let (mut pattern, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (pattern.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(pattern), Some(given)) => match parameter(pattern) {
                    Some(name) if !given.is_empty() => parameters.push((name, given)),
                    None if pattern == given => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }
}

/// Result of matching a request.
#[derive(Debug)]
pub enum RouteMatch {
    /// Route for the request's method.
    Route {
        /// Handler of the route.
        handler: Handler,
        /// True if the route needs no caller.
        open: bool,
        /// True if the handler does not look at the body.
        takes_nothing: bool,
    },
    /// Allowed methods, in response to OPTIONS.
    Methods(String),
}

/// Finds the handler of a request, and rejects what can be rejected before the body is read.
pub fn find_route(routes: &[Route], request: &mut Request) -> Result<RouteMatch, Problem> {
    let method = if request.method == "HEAD" { "GET" } else { &request.method };
    let mut allowed = Vec::new();
    for route in routes {
        if let Some(parameters) = route.matches(&request.path) {
            if route.method.name() == method {
                let decoded: Result<Vec<_>, Problem> = parameters
                    .into_iter()
                    .map(|(name, encoded)| match percent_decode_str(encoded).decode_utf8() {
                        Ok(value) => Ok((name, value.into_owned())),
                        Err(_) => Err(Problem::invalid_path(name)),
                    })
                    .collect();
                request.route = Some((route.method.name(), route.path));
                if !route.open {
                    credential(request)?;
                }
                request.parameters = decoded?;
                if route.query.is_none() && !route.ignores_query {
                    reject_query(request)?;
                }
                let takes_nothing = route.takes.is_none() && !route.takes_bytes;
                return Ok(RouteMatch::Route { handler: route.handler, open: route.open, takes_nothing });
            }
            allowed.push(route.method.name());
        }
    }
    if allowed.is_empty() {
        return Err(Problem::not_found());
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.push("OPTIONS");
    let allowed = allowed.join(", ");
    if request.method == "OPTIONS" {
        Ok(RouteMatch::Methods(allowed))
    } else {
        Err(Problem::method_not_allowed(allowed))
    }
}

pub(crate) fn parameter(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Decodes percent escapes in a segment of a path. Bytes that are not UTF-8 are replaced.
pub fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters<'a>(path: &'static str, given: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let nothing: Handler = |_| Ok(Response::empty());
        Route::new(Method::Get, path, nothing, "").matches(given)
    }

    #[test]
    fn a_path_is_matched_segment_by_segment() {
        assert_eq!(parameters("/api/tasks/{id}", "/api/tasks/7"), Some(vec![("id", "7")]));
        for other in ["/api/tasks", "/api/tasks/", "/api/tasks/7/", "/api/tasks/7/complete", "/api//7"] {
            assert_eq!(parameters("/api/tasks/{id}", other), None, "{other}");
        }
    }

    #[test]
    fn a_segment_is_decoded() {
        assert_eq!(decode("a+b%20c%26d"), "a+b c&d");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }
}
