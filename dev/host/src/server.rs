//! HTTP server of an app.

mod body;
mod connection;
mod headers;
mod problem;
mod request;
mod route;
mod run;
mod served_app;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, AppComponent};
use crate::engine::{Engine, Limits};
use crate::http_client::HttpClient;
use crate::instance::Resources;
use crate::listen::listen;
use crate::logs::Logs;
use crate::postgres::Pools;

use route::Router;
use served_app::{LinkedComponent, ServedApp};

/// Time for requests in flight to end when the server stops.
const GRACE_PERIOD: Duration = Duration::from_secs(2);

/// A running app.
pub struct Server {
    app: Arc<ServedApp>,
}

impl Server {
    /// Compiles the components of the app and listens on `address`, where port 0 stands for any free port.
    pub async fn start(engine: &Engine, mut app: App, address: SocketAddr, logs: Logs) -> Result<Self> {
        let (compiler, components) = (engine.clone(), std::mem::take(&mut app.components));
        let components = tokio::task::spawn_blocking(move || compile(&compiler, components)).await??;
        let listener = listen(address).await.with_context(|| format!("cannot listen on {address}"))?;
        Self::serve(&engine.inner().limits, &app, components, listener, logs)
    }

    /// Serves the requests to a listener. An `async` function would be compiled where it is awaited, and with
    /// it all that requests run: in another crate, which need not be optimized as this one is.
    fn serve(
        limits: &Limits,
        app: &App,
        components: HashMap<Arc<str>, Arc<LinkedComponent>>,
        listener: TcpListener,
        logs: Logs,
    ) -> Result<Self> {
        let tasks = TaskTracker::new();
        let app = Arc::new(ServedApp {
            resources: Arc::new(Resources {
                logs,
                pools: Pools::new(tasks.clone()),
                http_client: HttpClient::new(),
                address: listener.local_addr()?,
                memory_limit: limits.memory,
            }),
            components,
            router: Router::new(&app.routes)?,
            info: serde_json::to_string_pretty(&json!({ "name": app.name, "version": app.version }))?,
            time_limit: Duration::from_secs(limits.request_seconds),
            tasks,
            closing: CancellationToken::new(),
            ended: CancellationToken::new(),
        });
        app.tasks.spawn(connection::accept(app.clone(), listener));
        Ok(Self { app })
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.app.resources.address
    }

    /// Stops accepting requests, gives those in flight two seconds, ends the rest and closes database
    /// connections.
    pub async fn stop(self) {
        self.app.closing.cancel();
        self.app.resources.pools.close();
        self.app.tasks.close();
        if timeout(GRACE_PERIOD, self.app.tasks.wait()).await.is_err() {
            self.app.ended.cancel();
            self.app.tasks.wait().await;
        }
    }
}

/// Ends all requests at once.
impl Drop for Server {
    fn drop(&mut self) {
        self.app.closing.cancel();
        self.app.resources.pools.close();
        self.app.ended.cancel();
    }
}

fn compile(
    engine: &Engine,
    components: Vec<AppComponent>,
) -> Result<HashMap<Arc<str>, Arc<LinkedComponent>>> {
    let link = |component: AppComponent| {
        let (name, source) = (component.name.clone(), &component.source);
        let code = engine.inner().components.load(source).with_context(|| format!("component {name:?}"))?;
        Ok((name, Arc::new(LinkedComponent { component: Arc::new(component), code })))
    };
    components.into_iter().map(link).collect()
}
