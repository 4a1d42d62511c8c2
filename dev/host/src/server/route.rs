//! Routes from paths to components, matched by the crate that Spin uses, so that corner cases agree.

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use routefinder::Captures;

pub struct Router(routefinder::Router<Route>);

struct Route {
    raw: String,
    component: String,
}

/// Route that matches a path, or its substitute in a call between components.
pub struct Match<'a> {
    pub component: &'a str,
    /// Pattern, as in the manifest.
    pub raw: &'a str,
    /// Part of the path that the final `...` matches.
    pub rest: Cow<'a, str>,
    pub params: Vec<(String, String)>,
}

impl Router {
    pub fn new(routes: &[(String, String)]) -> Result<Self> {
        let mut router = routefinder::Router::new();
        for (raw, component) in routes {
            let route = Route { raw: raw.clone(), component: component.clone() };
            router
                .add(pattern(raw), route)
                .map_err(|error| anyhow!("route {raw:?} of {component:?}: {error}"))?;
        }
        Ok(Self(router))
    }

    pub fn find<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        let found = self.0.best_match(path)?;
        let route = found.handler();
        let captures = found.captures();
        Some(Match {
            component: &route.component,
            raw: &route.raw,
            rest: rest(path, &captures),
            params: captures.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }
}

impl<'a> Match<'a> {
    /// Returns the match for a call between components, as if the component had the route `/...`.
    pub fn chained(component: &'a str, path: &'a str) -> Self {
        Self { component, raw: "/...", rest: path.into(), params: Vec::new() }
    }

    /// Returns the pattern with one leading and no trailing slash.
    pub fn matched(&self) -> Cow<'a, str> {
        let raw = self.raw.strip_suffix('/').unwrap_or(self.raw);
        if self.raw.starts_with('/') { raw.into() } else { format!("/{raw}").into() }
    }

    /// Returns the pattern without its final `/...`.
    pub fn prefix(&self) -> &'a str {
        self.raw.strip_suffix("/...").unwrap_or(self.raw)
    }
}

fn pattern(raw: &str) -> String {
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    raw.strip_suffix("/...").map_or(raw.to_owned(), |prefix| format!("{prefix}/*"))
}

/// Restores the slashes around the rest of a path, which the crate strips and Spin keeps.
fn rest<'a>(path: &str, captures: &Captures<'_, '_>) -> Cow<'a, str> {
    let end = if path.ends_with('/') { "/" } else { "" };
    match captures.wildcard() {
        None => "".into(),
        Some("") => end.into(),
        Some(rest) => format!("/{rest}{end}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router {
        Router::new(&routes.iter().map(|route| (route.to_string(), route.to_string())).collect::<Vec<_>>())
            .unwrap()
    }

    #[test]
    fn an_exact_route_wins_over_a_wildcard_and_a_longer_prefix_over_a_shorter() {
        let router = router(&["/...", "/a/...", "/a/b/...", "/a/b", "/a/:id", "/a/:id/x", "/"]);
        for (path, route) in [
            ("/", "/"),
            ("/z/y", "/..."),
            ("/a", "/a/..."),
            ("/a/b", "/a/b"),
            ("/a/c", "/a/:id"),
            ("/a/c/x", "/a/:id/x"),
            ("/a/b/c/d", "/a/b/..."),
        ] {
            assert_eq!(router.find(path).map(|found| found.component), Some(route), "{path}");
        }
    }

    #[test]
    fn wildcards_and_parameters_are_captured_with_their_slashes() {
        let router = router(&["/t/...", "/u/:one/:two/..."]);
        for (path, rest) in [("/t", ""), ("/t/", "/"), ("/t/a", "/a"), ("/t/a/", "/a/"), ("/t/a/b", "/a/b")] {
            assert_eq!(router.find(path).unwrap().rest, rest, "{path}");
        }
        let found = router.find("/u/1/2/3").unwrap();
        assert_eq!(found.params, [("one".into(), "1".into()), ("two".into(), "2".into())]);
        assert_eq!(
            (found.rest.as_ref(), found.prefix(), found.matched().as_ref()),
            ("/3", "/u/:one/:two", "/u/:one/:two/...")
        );
        assert_eq!(Match::chained("a", "/x").rest, "/x");
    }
}
