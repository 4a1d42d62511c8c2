//! Routes: a table that is matched, and that the OpenAPI document is made from.

use serde_json::Value;

use crate::caller::credential;
use crate::json::no_query;
use crate::{Problem, Request, Response};

/// What answers a request.
pub type Handler = fn(&Request) -> Result<Response, Problem>;

/// A method that routes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what HTTP calls it")]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an answer carries.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON of that schema.
    Json(fn() -> Value),
    /// Text of that media type.
    Text(&'static str),
}

/// A method and a path, what answers them, and how the documents describe it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
    pub(crate) summary: &'static str,
    pub(crate) takes: Option<fn() -> Value>,
    pub(crate) query: Option<fn() -> Value>,
    pub(crate) gives: (u16, Body),
    pub(crate) gives_too: Option<(u16, fn() -> Value)>,
    pub(crate) refuses: &'static [u16],
    pub(crate) open: bool,
    pub(crate) internal: bool,
    pub(crate) versioned: bool,
}

impl Route {
    /// A route; parameters of the path stand in braces.
    pub const fn new(method: Method, path: &'static str, handler: Handler, summary: &'static str) -> Self {
        let gives = (204, Body::Empty);
        Self {
            method,
            path,
            handler,
            summary,
            takes: None,
            query: None,
            gives,
            gives_too: None,
            refuses: &[],
            open: false,
            internal: false,
            versioned: false,
        }
    }

    /// It takes a JSON body of that schema.
    pub const fn takes(self, schema: fn() -> Value) -> Self {
        Self { takes: Some(schema), ..self }
    }

    /// It takes a query; the schema is that of an object of its parameters.
    pub const fn query(self, schema: fn() -> Value) -> Self {
        Self { query: Some(schema), ..self }
    }

    /// When all is well it answers with that status and JSON of that schema.
    pub const fn gives(self, status: u16, schema: fn() -> Value) -> Self {
        Self { gives: (status, Body::Json(schema)), ..self }
    }

    /// When all is well it answers with text of that media type.
    pub const fn gives_text(self, media_type: &'static str) -> Self {
        Self { gives: (200, Body::Text(media_type)), ..self }
    }

    /// It can also answer with that status and JSON of that schema.
    pub const fn gives_too(self, status: u16, schema: fn() -> Value) -> Self {
        Self { gives_too: Some((status, schema)), ..self }
    }

    /// It refuses with these statuses too, beside those that follow from what it takes.
    pub const fn refuses(self, statuses: &'static [u16]) -> Self {
        Self { refuses: statuses, ..self }
    }

    /// It answers to anybody.
    pub const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// What it is about has a version: it takes `If-Match` where it changes it, and answers with an `ETag`.
    pub const fn versioned(self) -> Self {
        Self { versioned: true, ..self }
    }

    /// It answers to Dapr alone, so it has no place in the documents.
    pub const fn internal(self) -> Self {
        Self { internal: true, open: true, ..self }
    }

    /// The parameters of the path, if it fits.
    fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut parameters = Vec::new();
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(wanted), Some(given)) => match parameter(wanted) {
                    Some(name) if !given.is_empty() => parameters.push((name, decode(given))),
                    None if wanted == given => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }
}

/// What there is at a path.
#[derive(Debug)]
pub enum Found {
    /// A route for the request's method.
    Route {
        /// What answers it.
        handler: Handler,
        /// Whether it answers to anybody.
        open: bool,
    },
    /// The methods, when it was asked for them.
    Methods(String),
}

/// Finds the handler for a request, and refuses what can be refused before its body is read.
pub fn find(routes: &[Route], request: &mut Request) -> Result<Found, Problem> {
    let method = if request.method == "HEAD" { "GET" } else { &request.method };
    let mut allowed = Vec::new();
    for route in routes {
        if let Some(parameters) = route.matches(&request.path) {
            if route.method.name() == method {
                request.parameters = parameters;
                if !route.open {
                    credential(request)?;
                }
                if route.query.is_none() {
                    no_query(request)?;
                }
                return Ok(Found::Route { handler: route.handler, open: route.open });
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
    if request.method == "OPTIONS" { Ok(Found::Methods(allowed)) } else { Err(Problem::method_not_allowed(allowed)) }
}

pub(crate) fn parameter(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A part of an address without its percent-encoding.
pub fn decode(segment: &str) -> String {
    // The parser of forms also makes spaces of plus signs, so those are kept from it.
    let form = format!("={}", segment.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(path: &'static str, given: &str) -> Option<Vec<(&'static str, String)>> {
        let nothing: Handler = |_| Ok(Response::empty());
        Route::new(Method::Get, path, nothing, "").matches(given)
    }

    #[test]
    fn a_path_fits_segment_by_segment() {
        assert_eq!(parameters("/api/tasks/{id}", "/api/tasks/7"), Some(vec![("id", "7".into())]));
        for other in ["/api/tasks", "/api/tasks/", "/api/tasks/7/", "/api/tasks/7/complete", "/api//7"] {
            assert_eq!(parameters("/api/tasks/{id}", other), None, "{other}");
        }
    }

    #[test]
    fn a_parameter_is_decoded() {
        assert_eq!(parameters("/{tag}", "/a+b%20c%26d"), Some(vec![("tag", "a+b c&d".into())]));
    }
}
