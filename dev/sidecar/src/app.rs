//! Client of the app that the sidecar serves.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::watch;

const NO_ADDRESS: &str = "the address of the app is not known yet";

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

    /// Waits until the app's address is known.
    pub async fn wait_for_address(&mut self) {
        // Cannot fail: the sender lives as long as the sidecar.
        let _ = self.address.wait_for(Option::is_some).await;
    }

    /// Sends a POST request and returns status and body of the response.
    pub async fn post(
        &self,
        route: &str,
        content_type: &str,
        body: String,
        time_limit: Duration,
    ) -> Result<(u16, Bytes)> {
        let address = self.address.borrow().context(NO_ADDRESS)?;
        let request = Request::post(format!("http://{address}{route}"))
            .header("content-type", content_type)
            .header("dapr-api-token", &self.token)
            .body(Full::new(Bytes::from(body)))?;
        let exchange = async {
            let response = self.client.request(request).await?;
            let status = response.status().as_u16();
            Ok((status, response.into_body().collect().await?.to_bytes()))
        };
        match tokio::time::timeout(time_limit, exchange).await {
            Ok(result) => result,
            Err(_) => bail!("no response within {} ms", time_limit.as_millis()),
        }
    }

    /// Forwards a request of another function with the sidecar's own token, and returns the whole response.
    pub async fn forward(
        &self,
        method: Method,
        target: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>> {
        let address = self.address.borrow().context(NO_ADDRESS)?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = format!("http://{address}{target}").parse().context("invalid URL")?;
        *request.headers_mut() = headers;
        request.headers_mut().insert("dapr-api-token", self.token.parse().context("invalid token")?);
        let response = self.client.request(request).await?;
        let (head, body) = response.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}
