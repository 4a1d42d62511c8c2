//! State of one instance of a component: its resources, and the host functions that it may call.

mod outbound;
mod output;
mod postgres;
mod resources;
mod variables;

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, ResourceLimiter, Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

pub use outbound::{Chain, Outbound};
pub use resources::Resources;

use crate::app::AppComponent;

use output::GuestOutput;

/// Data of a Wasmtime store.
pub struct State {
    resources: Arc<Resources>,
    component: Arc<AppComponent>,
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    limits: StoreLimits,
}

impl State {
    /// Creates the store of one request. A new WASI context has no files, environment, arguments or sockets.
    pub fn store(
        engine: &Engine,
        resources: &Arc<Resources>,
        component: &Arc<AppComponent>,
        correlation_id: &Arc<str>,
        outbound: Outbound,
    ) -> Store<Self> {
        let output = |level| GuestOutput::new(&resources.logs, level, &component.name, correlation_id);
        let wasi = WasiCtx::builder()
            .stdout(output("info"))
            .stderr(output("error"))
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let state = Self {
            resources: resources.clone(),
            component: component.clone(),
            table: ResourceTable::new(),
            wasi,
            http: WasiHttpCtx::new(),
            outbound,
            limits: StoreLimitsBuilder::new().memory_size(resources.memory_limit).build(),
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits as &mut dyn ResourceLimiter);
        store.epoch_deadline_async_yield_and_update(1);
        store.set_epoch_deadline(1);
        store
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outbound }
    }
}
