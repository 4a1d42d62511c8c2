//! Which component answers a path. The matching itself is that of the crate that Spin uses, so that no corner differs.

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use routefinder::Captures;

pub struct Router(routefinder::Router<Route>);

struct Route {
    raw: String,
    component: String,
}

/// A route that fits a path, or the stand-in for one when a component was called by its name.
pub struct Match<'a> {
    pub component: &'a str,
    /// The pattern as the manifest has it.
    pub raw: &'a str,
    /// What the final `...` stands for.
    pub rest: Cow<'a, str>,
    pub params: Vec<(String, String)>,
}

impl Router {
    pub fn new(routes: &[(String, String)]) -> Result<Self> {
        let mut router = routefinder::Router::new();
        for (raw, component) in routes {
            let route = Route { raw: raw.clone(), component: component.clone() };
            router.add(pattern(raw), route).map_err(|error| anyhow!("route {raw:?} of {component:?}: {error}"))?;
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
    /// A call of a component by its name: as if it had the route `/...`.
    pub fn chained(component: &'a str, path: &'a str) -> Self {
        Self { component, raw: "/...", rest: path.into(), params: Vec::new() }
    }

    /// The pattern with one leading and no trailing slash.
    pub fn matched(&self) -> Cow<'a, str> {
        let raw = self.raw.strip_suffix('/').unwrap_or(self.raw);
        if self.raw.starts_with('/') { raw.into() } else { format!("/{raw}").into() }
    }

    /// The pattern without its final `/...`.
    pub fn prefix(&self) -> &'a str {
        self.raw.strip_suffix("/...").unwrap_or(self.raw)
    }
}

fn pattern(raw: &str) -> String {
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    raw.strip_suffix("/...").map_or(raw.to_owned(), |prefix| format!("{prefix}/*"))
}

/// Spin keeps the slashes around the rest of a path that the matching takes off.
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
    use super::{Match, Router};

    fn router(routes: &[&str]) -> Router {
        Router::new(&routes.iter().map(|route| (route.to_string(), route.to_string())).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn exact_beats_wildcard_and_the_longest_prefix_wins() {
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
    fn what_a_pattern_leaves_open_is_captured_with_its_slashes() {
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
