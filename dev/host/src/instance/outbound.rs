//! HTTP requests of a component: checked against its allowed hosts, then passed to another component of the
//! app in this process, or sent over the network.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use http::header::HOST;
use http::uri::Scheme;
use http::{Request, Response, Uri};
use tokio::sync::oneshot;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::app::{AppComponent, chained_component};
use crate::instance::resources::Resources;

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type SendResult = Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send>;

/// Calls between components of one app without the network, which Spin calls local service chaining.
pub trait Chain: Send + Sync {
    /// Sends a request to the component that its host names. The response is `None` if there is no such
    /// component.
    fn send(
        self: Arc<Self>,
        request: Request<WasiBody>,
    ) -> Pin<Box<dyn Future<Output = Option<Response<WasiBody>>> + Send>>;
}

/// Sender of the requests of one instance.
pub struct Outbound {
    resources: Arc<Resources>,
    component: Arc<AppComponent>,
    chain: Arc<dyn Chain>,
    abort: Abort,
}

/// Sender of the reason that ends the instance, for a failure that traps in Spin and has no error code.
type Abort = Arc<Mutex<Option<oneshot::Sender<String>>>>;

impl Outbound {
    pub fn new(
        resources: &Arc<Resources>,
        component: &Arc<AppComponent>,
        chain: Arc<dyn Chain>,
        abort: oneshot::Sender<String>,
    ) -> Self {
        Self {
            resources: resources.clone(),
            component: component.clone(),
            chain,
            abort: Arc::new(Mutex::new(Some(abort))),
        }
    }

    /// Rejects hosts that are not allowed, and resolves a request to the app itself to its address.
    fn check(&self, request: &mut Request<WasiBody>) -> Result<(), Error> {
        let uri = request.uri();
        let allowed_hosts = &self.component.allowed_hosts;
        if uri.host().is_none_or(|host| host.is_empty() || host == "self.alt") {
            if !allowed_hosts.allow_this_app() {
                return Err(Error::HttpRequestDenied);
            }
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            let address = self.resources.address.to_string();
            let uri = Uri::builder().scheme(Scheme::HTTP).authority(address).path_and_query(path).build();
            *request.uri_mut() = uri.map_err(|_| Error::HttpRequestUriInvalid)?;
        } else if !allowed_hosts.allow(&uri.to_string(), "https") {
            return Err(Error::HttpRequestDenied);
        }
        // The client sets it from the URL, so that it names the host that was checked.
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
    ) -> SendResult {
        let checked = self.check(&mut request);
        let (resources, chain, abort) = (self.resources.clone(), self.chain.clone(), self.abort.clone());
        Box::new(async move {
            checked?;
            let response = match request.uri().host().and_then(chained_component).map(str::to_owned) {
                None => resources.http_client.send(request, options.unwrap_or_default()).await?,
                Some(name) => match chain.send(request).await {
                    Some(response) => response,
                    None => abort_instance(&abort, format!("there is no component {name:?} to call")).await,
                },
            };
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}

/// Never returns, because the instance that awaits it is dropped.
async fn abort_instance<T>(abort: &Abort, reason: String) -> T {
    if let Some(abort) = abort.lock().expect("the lock is not poisoned").take() {
        let _ = abort.send(reason);
    }
    std::future::pending().await
}
