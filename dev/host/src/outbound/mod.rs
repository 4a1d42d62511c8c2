//! HTTP out of a component: checked against its list, then in-process to another component, or through pooled connections.

mod client;
mod connect;

use std::sync::{Arc, Mutex};

use http::{Request, Response, Uri, header::HOST, uri::Scheme};
use tokio::sync::oneshot;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

pub(crate) use client::Client;

use crate::{
    app::chained_component,
    server::{Component, Running, chained},
};

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send>;

/// Sends the requests of one instance.
pub(crate) struct Outbound {
    app: Arc<Running>,
    component: Arc<Component>,
    failed: Failed,
}

/// Ends the instance: what is a trap of the caller in Spin and has no error code here.
type Failed = Arc<Mutex<Option<oneshot::Sender<String>>>>;

impl Outbound {
    pub fn new(app: &Arc<Running>, component: &Arc<Component>, failed: oneshot::Sender<String>) -> Self {
        Self { app: app.clone(), component: component.clone(), failed: Arc::new(Mutex::new(Some(failed))) }
    }

    /// Turns a request to the app itself into one to its address, and refuses what is not listed.
    fn check(&self, request: &mut Request<WasiBody>) -> Result<(), Error> {
        let uri = request.uri();
        let allowed = &self.component.allowed;
        if uri.host().is_none_or(|host| host.is_empty() || host == "self.alt") {
            if !allowed.allow_itself() {
                return Err(Error::HttpRequestDenied);
            }
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            let itself =
                Uri::builder().scheme(Scheme::HTTP).authority(self.app.address.to_string()).path_and_query(path);
            *request.uri_mut() = itself.build().map_err(|_| Error::HttpRequestUriInvalid)?;
        } else if !allowed.allow(&uri.to_string(), "https") {
            return Err(Error::HttpRequestDenied);
        }
        // The client sets it from the URL, so that it is the host that was checked.
        request.headers_mut().remove(HOST);
        Ok(())
    }
}

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sent: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sent {
        let checked = self.check(&mut request);
        let (app, failed) = (self.app.clone(), self.failed.clone());
        Box::new(async move {
            checked?;
            let response = match request.uri().host().and_then(chained_component).map(str::to_owned) {
                None => app.client.send(request, options.unwrap_or_default()).await?,
                Some(name) => match chained(&app, request).await {
                    Some(response) => response,
                    None => fail(&failed, format!("there is no component {name:?} to call")).await,
                },
            };
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}

/// Never returns: the instance that waits for it is on its way out.
async fn fail<T>(failed: &Failed, reason: String) -> T {
    if let Some(failed) = failed.lock().expect("no holder panics").take() {
        let _ = failed.send(reason);
    }
    std::future::pending().await
}
