//! Headers that describe a request to its component. Headers of these names that a client sends are removed.

use std::net::SocketAddr;

use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::server::problem::CORRELATION_ID;
use crate::server::route::Match;

const PARAM: &str = "spin-path-match-";
const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const CLIENT: HeaderName = HeaderName::from_static("spin-client-addr");

pub fn add(headers: &mut HeaderMap, uri: &Uri, route: &Match, client: SocketAddr, correlation_id: &str) {
    let forged: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with(PARAM)).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let full_url = format!("http://{host}{path}");
    set(headers, PATH_INFO, &route.rest);
    set(headers, FULL_URL, &full_url);
    set(headers, MATCHED_ROUTE, &route.matched());
    headers.insert(BASE_PATH, HeaderValue::from_static("/"));
    set(headers, RAW_ROUTE, route.raw);
    set(headers, ROUTE, route.prefix());
    set(headers, CLIENT, &client.to_string());
    set(headers, CORRELATION_ID, correlation_id);
    for (name, value) in &route.params {
        let name = format!("{PARAM}{}", name.replace('_', "-").to_ascii_lowercase());
        if let Ok(name) = name.parse() {
            set(headers, name, value);
        }
    }
}

/// Sets a header, or only removes the client's if the value is not valid in a header.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    headers.remove(&name);
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}
