//! Listener, token check and routes of the API: the part of Dapr's HTTP API that TaskFlow calls.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Access;
use crate::app::App;
use crate::bindings::OutputBindings;
use crate::configuration::ConfigurationStores;
use crate::invoke::{invoke, unknown_route};
use crate::publish::Publisher;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, no_content, plain_text};
use crate::secrets::SecretStores;
use crate::state::StateStores;

/// The building blocks behind the API.
pub struct Api {
    pub publisher: Publisher,
    pub secrets: SecretStores,
    pub configuration: ConfigurationStores,
    pub state: StateStores,
    pub bindings: OutputBindings,
    pub app: App,
    pub access: Access,
    pub token: String,
}

/// Starts to serve requests.
pub fn start(listener: TcpListener, api: Api, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(serve(listener, api, stop.clone()));
}

/// Serves requests until `stop` is cancelled.
async fn serve(listener: TcpListener, api: Api, stop: CancellationToken) {
    let api = Arc::new(api);
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
        };
        // Without this, small responses wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let (api, stop) = (Arc::clone(&api), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let api = Arc::clone(&api);
                async move {
                    Ok::<_, Infallible>(api.respond(request).await.unwrap_or_else(ApiError::into_response))
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stop.cancelled() => {}
                // An error only means that the client has disconnected.
                _ = connection => {}
            }
        });
    }
}

impl Api {
    async fn respond(&self, request: Request<Incoming>) -> Result<ApiResponse, ApiError> {
        let is_health =
            ["v1.0/healthz", "v1.0/healthz/outbound"].contains(&request.uri().path().trim_matches('/'));
        if is_health && request.method() == Method::GET {
            return Ok(no_content());
        }
        let token = request.headers().get("dapr-api-token").map(|token| token.as_bytes());
        if !self.token.is_empty() && token != Some(self.token.as_bytes()) {
            return Ok(plain_text(StatusCode::UNAUTHORIZED, "invalid api token\n"));
        }
        if !self.access.allows_path(request.uri().path()) {
            return unknown_route();
        }
        let request = ApiRequest::read(request).await?;
        if let Some(rest) = request.path.strip_prefix("/v1.0/invoke/") {
            return invoke(&self.app, rest, &request).await;
        }
        let Some(segments) = request.segments() else {
            return Ok(plain_text(StatusCode::BAD_REQUEST, "failed to unescape request parameter\n"));
        };
        self.route(&request, &segments.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    async fn route(&self, request: &ApiRequest, segments: &[&str]) -> Result<ApiResponse, ApiError> {
        match (request.method.as_str(), segments) {
            ("POST" | "PUT", ["v1.0", "publish", pubsub, topic @ ..]) if !topic.is_empty() => {
                self.publisher.publish(pubsub, &topic.join("/"), request).await
            }
            ("POST" | "PUT", ["v1.0-alpha1", "publish", "bulk", pubsub, topic @ ..]) if !topic.is_empty() => {
                self.publisher.publish_bulk(pubsub, &topic.join("/"), request).await
            }
            ("GET", ["v1.0", "secrets", store, "bulk"]) => self.secrets.get_all(store, &self.access),
            ("GET", ["v1.0", "secrets", store, name]) => self.secrets.get(store, name, &self.access),
            ("GET", ["v1.0", "configuration", store]) => self.configuration.get(store, request).await,
            ("POST" | "PUT", ["v1.0", "state", store]) => self.state.save(store, request).await,
            ("POST" | "PUT", ["v1.0", "state", store, "bulk"]) => self.state.get_bulk(store, request).await,
            ("GET", ["v1.0", "state", store, key]) => self.state.get(store, key).await,
            ("DELETE", ["v1.0", "state", store, key]) => self.state.delete(store, key, request).await,
            ("POST" | "PUT", ["v1.0", "bindings", name]) => self.bindings.invoke(name, request).await,
            _ => unknown_route(),
        }
    }
}
