//! Responses, as handlers make them.

use std::fmt::{Debug, Formatter};

use domain::Version;
use futures::future::LocalBoxFuture;

use crate::etag::etag;
use crate::finish::accepts_gzip;
use crate::{Output, Request};

/// Content that never changes, as it is and compressed.
#[derive(Debug)]
pub struct Compressed {
    /// The content itself.
    pub plain: &'static [u8],
    /// The same, compressed by gzip.
    pub gzip: &'static [u8],
}

/// Response, as handlers make it.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) stream: Option<Stream>,
    pub(crate) after: Option<AfterResponse>,
}

type Job = dyn for<'a> FnOnce(&'a Request) -> LocalBoxFuture<'a, ()>;
type StreamJob = dyn for<'a> FnOnce(&'a Request, Output) -> LocalBoxFuture<'a, ()>;

/// Work that writes the body of a response bit by bit.
pub(crate) struct Stream(Box<StreamJob>);

impl Stream {
    pub async fn run(self, request: &Request, output: Output) {
        (self.0)(request, output).await;
    }
}

impl Debug for Stream {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

/// Work that is done after the response was sent.
pub(crate) struct AfterResponse(Box<Job>);

impl AfterResponse {
    pub async fn run(self, request: &Request) {
        (self.0)(request).await;
    }
}

impl Debug for AfterResponse {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("AfterResponse")
    }
}

impl Response {
    /// A response with a JSON text.
    pub fn json(status: u16, text: String) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: text.into_bytes(), stream: None, after: None }
    }

    /// A response with the JSON text of a thing that has a version.
    pub fn versioned(status: u16, text: String, version: Version) -> Self {
        Self::json(status, text).with("etag", etag(version))
    }

    /// A response without content.
    pub fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new(), stream: None, after: None }
    }

    /// A response without content to a message that was accepted.
    pub fn accepted() -> Self {
        Self { status: 202, ..Self::empty() }
    }

    /// A response with a text of that media type.
    pub fn text(media_type: &str, text: String) -> Self {
        let headers = vec![("content-type", media_type.to_owned())];
        Self { status: 200, headers, body: text.into_bytes(), stream: None, after: None }
    }

    /// A response with content of that media type, compressed if the client accepts that.
    pub fn compressed(request: &Request, media_type: &str, content: &Compressed) -> Self {
        let is_packed = accepts_gzip(request);
        let body = if is_packed { content.gzip } else { content.plain };
        let headers = vec![("content-type", media_type.to_owned())];
        let response = Self { status: 200, headers, body: body.to_vec(), stream: None, after: None };
        if is_packed { response.with("content-encoding", "gzip") } else { response }
    }

    /// Adds work that writes the body bit by bit, for as long as it runs and the client reads. The request is
    /// recorded before that, with the time until the response began.
    pub fn streamed(
        self,
        work: impl for<'a> FnOnce(&'a Request, Output) -> LocalBoxFuture<'a, ()> + 'static,
    ) -> Self {
        Self { stream: Some(Stream(Box::new(work))), ..self }
    }

    /// Replaces the status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Adds a header, in place of one with the same name.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Adds work that is done after the response was sent. The events of its calls are published when it is
    /// done.
    pub fn then(self, work: impl for<'a> FnOnce(&'a Request) -> LocalBoxFuture<'a, ()> + 'static) -> Self {
        Self { after: Some(AfterResponse(Box::new(work))), ..self }
    }
}
