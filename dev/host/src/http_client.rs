//! HTTP client for requests of guests, with the timeouts that the guest sets, or else those of Spin.

mod connect;

use std::error::Error as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, Sleep, sleep, timeout};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use crate::tls;

use connect::{CONNECT_TIMEOUT, ConnectError, Connector};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// HTTP client of an app, with pooled connections.
pub struct HttpClient(legacy::Client<HttpsConnector<Connector>, WasiBody>);

impl HttpClient {
    pub fn new() -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client_config())
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector);
        Self(
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_secs(60))
                .build(connector),
        )
    }

    pub async fn send(
        &self,
        request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let connect_timeout = options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
        let sending = CONNECT_TIMEOUT.scope(connect_timeout, self.0.request(request));
        let response = timeout(options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT), sending)
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?
            .map_err(|error| error_code(&error))?;
        let limit = options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(response.map(|body| TimedBody { body, limit, timer: None }.boxed_unsync()))
    }
}

fn error_code(error: &legacy::Error) -> Error {
    let mut cause = error.source();
    while let Some(current) = cause {
        // The TLS layer wraps the connector's error in an I/O error, which hides it from `source`.
        let inner = current.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let connect_error = current
            .downcast_ref::<ConnectError>()
            .or_else(|| inner.and_then(|inner| inner.downcast_ref::<ConnectError>()));
        match connect_error {
            Some(ConnectError::UnknownHost) => {
                return Error::DnsError { rcode: Some("address not available".into()), info_code: Some(0) };
            }
            Some(ConnectError::TimedOut) => return Error::ConnectionTimeout,
            Some(ConnectError::Refused) => return Error::ConnectionRefused,
            None => {}
        }
        cause = current.source();
    }
    if error.is_connect() { Error::TlsProtocolError } else { Error::HttpProtocolError }
}

/// Response body that fails if the time between two frames exceeds a limit.
struct TimedBody {
    body: Incoming,
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(timer) = &mut this.timer {
                timer.as_mut().reset(Instant::now() + this.limit);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(|_| Error::HttpProtocolError)));
        }
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(this.limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
