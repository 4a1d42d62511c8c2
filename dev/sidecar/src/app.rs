//! The app, as the sidecar calls it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::watch;

/// The app.
#[derive(Clone)]
pub struct App {
    address: watch::Receiver<Option<SocketAddr>>,
    token: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl App {
    pub fn new(address: watch::Receiver<Option<SocketAddr>>, token: String) -> Self {
        Self { address, token, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Waits until it is known where the app is.
    pub async fn known(&mut self) {
        // The sender lives as long as the sidecar.
        let _ = self.address.wait_for(Option::is_some).await;
    }

    /// Posts to it, and returns its status and what it says.
    pub async fn post(&self, route: &str, kind: &str, body: String, within: Duration) -> Result<(u16, Bytes), String> {
        let Some(address) = *self.address.borrow() else { return Err("nobody knows where the app is".into()) };
        let request = Request::post(format!("http://{address}{route}"))
            .header("content-type", kind)
            .header("dapr-api-token", &self.token)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let answer = async {
            let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.map_err(|error| error.to_string())?;
            Ok((status, body.to_bytes()))
        };
        tokio::time::timeout(within, answer).await.unwrap_or_else(|_| Err("no answer in time".into()))
    }

    /// Sends it what somebody else has asked, with its own token, and returns the whole answer.
    pub async fn forward(
        &self,
        method: Method,
        target: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>, String> {
        let Some(address) = *self.address.borrow() else { return Err("nobody knows where the app is".into()) };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = format!("http://{address}{target}").parse().map_err(|_| "invalid URL")?;
        *request.headers_mut() = headers;
        request.headers_mut().insert("dapr-api-token", self.token.parse().map_err(|_| "invalid token")?);
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}
