//! An HTTP client that sends exactly the bytes that a test specifies.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::{Response, Stream};

/// HTTP client of one app.
#[derive(Clone, Debug)]
pub struct Client {
    inner: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// Builder of a request.
#[derive(Debug)]
pub struct Call<'a> {
    client: &'a Client,
    request: http::request::Builder,
    body: Bytes,
}

impl Client {
    /// Creates a client of the app at a base URL.
    pub fn new(base: String) -> Self {
        let inner = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { inner, base }
    }

    /// Returns a client that takes very little from the network before a test reads it.
    pub(crate) fn reading_slowly(&self) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_recv_buffer_size(Some(4096));
        let mut builder = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
        let inner = builder.http1_max_buf_size(8192).build(connector);
        Self { inner, base: self.base.clone() }
    }

    /// Returns the `Host` of its requests.
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Builds a request.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        Call { client: self, request, body: Bytes::new() }
    }
}

impl Call<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sets the bytes of the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request, and returns when the response begins.
    pub async fn open(self) -> Stream {
        let request = self.request.body(Full::new(self.body)).expect("a valid request");
        let received = self.client.inner.request(request).await.expect("a response");
        let (head, body) = received.into_parts();
        let body = body.map_err(|error| error.to_string()).boxed_unsync();
        Stream::new(head.status.as_u16(), head.headers, body)
    }

    /// Sends the request, and returns the status of the response if there is one.
    pub async fn try_send(self) -> Option<u16> {
        let request = self.request.body(Full::new(self.body)).expect("a valid request");
        self.client.inner.request(request).await.ok().map(|response| response.status().as_u16())
    }

    /// Sends the request and reads the whole response.
    pub async fn send(self) -> Response {
        let request = self.request.body(Full::new(self.body)).expect("a valid request");
        let received = self.client.inner.request(request).await.expect("a response");
        let (head, body) = received.into_parts();
        let body = body.collect().await.expect("the whole body").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Response { status: head.status.as_u16(), headers: head.headers, text }
    }
}
