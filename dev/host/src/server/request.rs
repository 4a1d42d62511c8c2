//! From a request to the component that answers it. A failure becomes a problem for a client, and a status
//! with an empty body for a component that calls another, as in Spin.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;

use crate::app::chained_component;
use crate::instance::Chain;
use crate::server::body::TimedBody;
use crate::server::problem::{self, Failure};
use crate::server::route::Match;
use crate::server::served_app::ServedApp;
use crate::server::{headers, run};

/// Prefix of the paths that the host answers itself.
const RESERVED: &str = "/.well-known/spin/";

/// Responds to the request of a client.
pub async fn respond(
    app: &Arc<ServedApp>,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Response<WasiBody> {
    let path = request.uri().path().to_owned();
    if let Some(name) = path.strip_prefix(RESERVED) {
        return match name {
            "health" => text("OK".into()),
            "info" => {
                let mut info = text(app.info.clone().into());
                info.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                info
            }
            _ => empty(StatusCode::NOT_FOUND),
        };
    }
    let Some(route) = app.router.find(&path) else {
        return empty(StatusCode::NOT_FOUND);
    };
    // A guest that waited for its body still has time to respond.
    let limit = app.time_limit * 2 / 3;
    let request = request.map(|body| TimedBody::new(body, limit).boxed_unsync());
    let correlation_id = problem::correlation_id(request.headers());
    let called = match authority(&request) {
        // Names below `spin.internal` are for calls between components only.
        Some(authority) if chained_component(authority.host()).is_none() => {
            call(app, request, authority, &route, client, &correlation_id).await
        }
        _ => Err(Failure::Request("The `Host` is missing, is not valid, or differs from that of the URL.")),
    };
    called.unwrap_or_else(|failure| failure.response(&correlation_id))
}

impl Chain for ServedApp {
    fn send(
        self: Arc<Self>,
        request: Request<WasiBody>,
    ) -> Pin<Box<dyn Future<Output = Option<Response<WasiBody>>> + Send>> {
        Box::pin(async move {
            let authority = request.uri().authority()?.clone();
            let component = chained_component(authority.host())?.to_owned();
            self.components.get(component.as_str())?;
            let path = request.uri().path().to_owned();
            let no_client = SocketAddr::from(([0, 0, 0, 0], 0));
            let correlation_id = problem::correlation_id(request.headers());
            let route = Match::chained(&component, &path);
            let called = call(&self, request, authority, &route, no_client, &correlation_id).await;
            Some(called.unwrap_or_else(|failure| empty(failure.status())))
        })
    }
}

async fn call(
    app: &Arc<ServedApp>,
    mut request: Request<WasiBody>,
    authority: Authority,
    route: &Match<'_>,
    client: SocketAddr,
    correlation_id: &Arc<str>,
) -> Result<Response<WasiBody>, Failure> {
    if request.headers().values().any(|value| str::from_utf8(value.as_bytes()).is_err()) {
        return Err(Failure::Request("A header is not UTF-8."));
    }
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    match Uri::from_parts(parts) {
        Ok(uri) => *request.uri_mut() = uri,
        // The path of `OPTIONS *` cannot be part of a URL.
        Err(_) => return Err(Failure::Request("The path cannot be part of a URL.")),
    }
    let (mut head, body) = request.into_parts();
    headers::add(&mut head.headers, &head.uri, route, client, correlation_id);
    let component = &app.components[route.component];
    let request = Request::from_parts(head, body);
    run::handle(app, component, correlation_id, request).await.ok_or(Failure::Guest)
}

/// Returns the host that the request is for: `None` if it names no host, or two.
fn authority(request: &Request<WasiBody>) -> Option<Authority> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let header = match hosts.next() {
        Some(host) => Some(host.to_str().ok()?.parse::<Authority>().ok()?),
        None => None,
    };
    if hosts.next().is_some() {
        return None;
    }
    match (header, request.uri().authority()) {
        (Some(header), Some(uri)) if header != *uri => None,
        (header, uri) => header.or_else(|| uri.cloned()),
    }
}

fn text(body: Bytes) -> Response<WasiBody> {
    problem::response(StatusCode::OK, body)
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    problem::response(status, Bytes::new())
}
