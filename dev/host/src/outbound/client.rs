//! Requests over the network, with the time limits that the guest sets; Spin's where it sets none.

use std::{
    error::Error as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::{Instant, Sleep, sleep, timeout};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::connect::{CONNECT_TIME, Connect, Unreachable};
use crate::tls;

const DEFAULT_TIME: Duration = Duration::from_secs(600);

/// The pooled connections of an app.
pub(crate) struct Client(legacy::Client<HttpsConnector<Connect>, WasiBody>);

impl Client {
    pub fn new() -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client())
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connect);
        Self(
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_secs(60))
                .build(connector),
        )
    }

    pub async fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> Result<Response<WasiBody>, Error> {
        let connect_time = options.connect_timeout.unwrap_or(DEFAULT_TIME);
        let sending = CONNECT_TIME.scope(connect_time, self.0.request(request));
        let response = timeout(options.first_byte_timeout.unwrap_or(DEFAULT_TIME), sending)
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?
            .map_err(|error| code(&error))?;
        let between = options.between_bytes_timeout.unwrap_or(DEFAULT_TIME);
        Ok(response.map(|body| Timed { body, between, waiting: None }.boxed_unsync()))
    }
}

fn code(error: &legacy::Error) -> Error {
    let mut cause = error.source();
    while let Some(current) = cause {
        // The TLS layer wraps what the connector says in an I/O error, which hides it from `source`.
        let inner = current.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let unreachable = current
            .downcast_ref::<Unreachable>()
            .or_else(|| inner.and_then(|inner| inner.downcast_ref::<Unreachable>()));
        match unreachable {
            Some(Unreachable::Unknown) => {
                return Error::DnsError { rcode: Some("address not available".into()), info_code: Some(0) };
            }
            Some(Unreachable::Slow) => return Error::ConnectionTimeout,
            Some(Unreachable::Refused) => return Error::ConnectionRefused,
            None => {}
        }
        cause = current.source();
    }
    if error.is_connect() { Error::TlsProtocolError } else { Error::HttpProtocolError }
}

/// A response body that fails when nothing comes for too long.
struct Timed {
    body: Incoming,
    between: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Body for Timed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(waiting) = &mut this.waiting {
                waiting.as_mut().reset(Instant::now() + this.between);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(|_| Error::HttpProtocolError)));
        }
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep(this.between)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
