//! From a request to the component that answers it. Whatever goes wrong becomes a status with an empty body.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{
    Request, Response, StatusCode, Uri,
    header::{CONTENT_TYPE, HOST, HeaderValue},
    uri::{Authority, Scheme},
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;

use super::{Running, body::Coming, headers, route::Match, run};
use crate::app::chained_component;

const RESERVED: &str = "/.well-known/spin/";

pub async fn answer(app: &Arc<Running>, request: Request<Incoming>, client: SocketAddr) -> Response<WasiBody> {
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
    let request = request.map(|body| Coming::new(body).boxed_unsync());
    match authority(&request) {
        // A name that only components can call is no host for a client.
        Some(authority) if chained_component(authority.host()).is_none() => {
            call(app, request, authority, &route, client).await
        }
        _ => empty(StatusCode::BAD_REQUEST),
    }
}

/// A call of a component by another. `None` when there is no such component to call.
pub async fn chained(app: &Arc<Running>, request: Request<WasiBody>) -> Option<Response<WasiBody>> {
    let authority = request.uri().authority()?.clone();
    let component = chained_component(authority.host())?.to_owned();
    app.components.get(&component)?;
    let path = request.uri().path().to_owned();
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    Some(call(app, request, authority, &Match::chained(&component, &path), nowhere).await)
}

async fn call(
    app: &Arc<Running>,
    mut request: Request<WasiBody>,
    authority: Authority,
    route: &Match<'_>,
    client: SocketAddr,
) -> Response<WasiBody> {
    if request.headers().values().any(|value| str::from_utf8(value.as_bytes()).is_err()) {
        return empty(StatusCode::BAD_REQUEST);
    }
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    match Uri::from_parts(parts) {
        Ok(uri) => *request.uri_mut() = uri,
        // `OPTIONS *` has no path that a URL could have.
        Err(_) => return empty(StatusCode::BAD_REQUEST),
    }
    let (mut head, body) = request.into_parts();
    headers::add(&mut head.headers, &head.uri, route, client);
    let component = &app.components[route.component];
    let request = Request::from_parts(head, body);
    run::respond(app, component, request).await.unwrap_or_else(|| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The one host that the request is for; none when it names none, or two.
fn authority(request: &Request<WasiBody>) -> Option<Authority> {
    let header = match request.headers().get(HOST) {
        Some(host) => Some(host.to_str().ok()?.parse::<Authority>().ok()?),
        None => None,
    };
    match (header, request.uri().authority()) {
        (Some(header), Some(uri)) if header != *uri => None,
        (header, uri) => header.or_else(|| uri.cloned()),
    }
}

fn text(body: Bytes) -> Response<WasiBody> {
    Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync())
}

pub fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = text(Bytes::new());
    *response.status_mut() = status;
    response
}
