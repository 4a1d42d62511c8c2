//! An app that listens: accepts connections until it is stopped, then lets what runs end shortly.

mod body;
mod connection;
mod headers;
mod request;
mod route;
mod run;

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

pub(crate) use request::chained;

use crate::{App, Engine, Logs, app::AllowedHosts, engine::State, outbound::Client, postgres::Pools};
use route::Router;

/// What requests in flight get to end in when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// A running app.
pub struct Server {
    app: Arc<Running>,
}

/// What every request of an app needs.
pub(crate) struct Running {
    pub engine: Engine,
    pub components: HashMap<String, Arc<Component>>,
    pub logs: Logs,
    pub pools: Pools,
    pub client: Client,
    pub address: SocketAddr,
    /// Guests that go on without a client; those with one are on their connection's task.
    pub tasks: TaskTracker,
    /// No more requests.
    pub closing: CancellationToken,
    /// Nothing at all any more.
    pub ended: CancellationToken,
    router: Router,
    info: String,
}

/// A component, ready to be instantiated.
pub(crate) struct Component {
    pub name: Arc<str>,
    pub code: ProxyPre<State>,
    pub variables: HashMap<String, String>,
    pub allowed: AllowedHosts,
}

impl Server {
    /// Compiles the app's components and listens at `address`, where port 0 is any free one.
    pub async fn start(engine: &Engine, app: App, address: SocketAddr, logs: Logs) -> Result<Self> {
        let info = serde_json::to_string_pretty(&serde_json::json!({ "name": app.name, "version": app.version }))?;
        let router = Router::new(&app.routes)?;
        let compiling = engine.clone();
        let components = tokio::task::spawn_blocking(move || compile(&compiling, app)).await??;
        let listener = TcpListener::bind(address).await.with_context(|| format!("nothing can listen at {address}"))?;
        let tasks = TaskTracker::new();
        let app = Arc::new(Running {
            engine: engine.clone(),
            components,
            logs,
            pools: Pools::new(tasks.clone()),
            client: Client::new(),
            address: listener.local_addr()?,
            tasks,
            closing: CancellationToken::new(),
            ended: CancellationToken::new(),
            router,
            info,
        });
        app.tasks.spawn(connection::accept(app.clone(), listener));
        Ok(Self { app })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// Accepts nothing more, gives what runs a moment, ends the rest and closes the connections to databases.
    pub async fn stop(self) {
        self.app.closing.cancel();
        self.app.pools.close();
        self.app.tasks.close();
        if timeout(GRACE, self.app.tasks.wait()).await.is_err() {
            self.app.ended.cancel();
            self.app.tasks.wait().await;
        }
    }
}

/// A server that is dropped ends at once.
impl Drop for Server {
    fn drop(&mut self) {
        self.app.closing.cancel();
        self.app.pools.close();
        self.app.ended.cancel();
    }
}

fn compile(engine: &Engine, app: App) -> Result<HashMap<String, Arc<Component>>> {
    let mut components = HashMap::new();
    for (name, component) in app.components {
        let code = engine.inner().compile(&component.source).with_context(|| format!("component {name:?}"))?;
        let ready =
            Component { name: name.as_str().into(), code, variables: component.variables, allowed: component.allowed };
        components.insert(name, Arc::new(ready));
    }
    Ok(components)
}
