//! An app that is being served, as all of its requests see it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::app::AppComponent;
use crate::instance::{Resources, State};
use crate::server::route::Router;

pub struct ServedApp {
    pub resources: Arc<Resources>,
    pub components: HashMap<Arc<str>, Arc<LinkedComponent>>,
    pub router: Router,
    /// Name and version of the app, as JSON.
    pub info: String,
    /// Time until the head of a response, and again for work after its body.
    pub time_limit: Duration,
    /// Tasks of connections, and of guests whose client has disconnected.
    pub tasks: TaskTracker,
    /// Cancelled when the server stops accepting requests.
    pub closing: CancellationToken,
    /// Cancelled when requests in flight have to end.
    pub ended: CancellationToken,
}

/// A component that is ready to be instantiated.
pub struct LinkedComponent {
    pub component: Arc<AppComponent>,
    pub code: ProxyPre<State>,
}
