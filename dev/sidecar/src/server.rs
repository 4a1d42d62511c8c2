//! Dapr's HTTP API, as far as TaskFlow calls it: the listener, the token and the routes.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::answer::{Answer, Failure, empty, text};
use crate::app::App;
use crate::bindings::Bindings;
use crate::call::Call;
use crate::configuration::Configuration;
use crate::invoke::{invoke, no_app};
use crate::publish::Publish;
use crate::secrets::Secrets;
use crate::state::State;

/// The building blocks.
pub struct Api {
    pub publish: Publish,
    pub secrets: Secrets,
    pub configuration: Configuration,
    pub state: State,
    pub bindings: Bindings,
    pub app: App,
    pub access: Access,
    pub token: String,
}

/// Answers until it is told to stop.
pub async fn serve(listener: TcpListener, api: Api, stop: CancellationToken) {
    let api = Arc::new(api);
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
        };
        // Small answers go at once.
        let _ = stream.set_nodelay(true);
        let (api, stop) = (Arc::clone(&api), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let api = Arc::clone(&api);
                async move { Ok::<_, Infallible>(api.answer(request).await.unwrap_or_else(Failure::answer)) }
            });
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stop.cancelled() => {}
                // A client that goes away is no news.
                _ = connection => {}
            }
        });
    }
}

impl Api {
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Failure> {
        let is_health = ["v1.0/healthz", "v1.0/healthz/outbound"].contains(&request.uri().path().trim_matches('/'));
        if is_health && request.method() == Method::GET {
            return Ok(empty());
        }
        let token = request.headers().get("dapr-api-token").map(|token| token.as_bytes());
        if !self.token.is_empty() && token != Some(self.token.as_bytes()) {
            return Ok(text(StatusCode::UNAUTHORIZED, "invalid api token\n"));
        }
        if !self.access.allows(request.uri().path()) {
            return no_app();
        }
        let call = Call::read(request).await?;
        if let Some(rest) = call.path.strip_prefix("/v1.0/invoke/") {
            return invoke(&self.app, rest, &call).await;
        }
        let Some(segments) = call.segments() else {
            return Ok(text(StatusCode::BAD_REQUEST, "failed to unescape request parameter\n"));
        };
        self.route(&call, &segments.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    async fn route(&self, call: &Call, segments: &[&str]) -> Result<Answer, Failure> {
        match (call.method.as_str(), segments) {
            ("POST" | "PUT", ["v1.0", "publish", pubsub, topic @ ..]) if !topic.is_empty() => {
                self.publish.one(pubsub, &topic.join("/"), call).await
            }
            ("POST" | "PUT", ["v1.0-alpha1", "publish", "bulk", pubsub, topic @ ..]) if !topic.is_empty() => {
                self.publish.many(pubsub, &topic.join("/"), call).await
            }
            ("GET", ["v1.0", "secrets", store, "bulk"]) => self.secrets.all(store, &self.access),
            ("GET", ["v1.0", "secrets", store, name]) => self.secrets.get(store, name, &self.access),
            ("GET", ["v1.0", "configuration", store]) => self.configuration.get(store, call).await,
            ("POST" | "PUT", ["v1.0", "state", store]) => self.state.save(store, call).await,
            ("POST" | "PUT", ["v1.0", "state", store, "bulk"]) => self.state.get_many(store, call).await,
            ("GET", ["v1.0", "state", store, key]) => self.state.get(store, key).await,
            ("DELETE", ["v1.0", "state", store, key]) => self.state.delete(store, key, call).await,
            ("POST" | "PUT", ["v1.0", "bindings", name]) => self.bindings.invoke(name, call).await,
            _ => no_app(),
        }
    }
}
