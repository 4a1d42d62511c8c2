//! What belongs to one instance: its resources, and the little of the world that it may see.

use std::sync::Arc;

use wasmtime::{ResourceLimiter, Store, StoreLimits, StoreLimitsBuilder, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{
    logs::GuestOutput,
    outbound::Outbound,
    server::{Component, Running},
};

/// The data of a store.
pub(crate) struct State {
    pub app: Arc<Running>,
    pub component: Arc<Component>,
    pub table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    limits: StoreLimits,
}

impl State {
    /// A store for one request. No files, no environment, no arguments, no sockets: a fresh WASI context has none.
    pub fn store(app: &Arc<Running>, component: &Arc<Component>, outbound: Outbound) -> Store<Self> {
        let wasi = WasiCtx::builder()
            .stdout(GuestOutput::new(&app.logs, "info", &component.name))
            .stderr(GuestOutput::new(&app.logs, "error", &component.name))
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let state = Self {
            app: app.clone(),
            component: component.clone(),
            table: ResourceTable::new(),
            wasi,
            http: WasiHttpCtx::new(),
            outbound,
            limits: StoreLimitsBuilder::new().memory_size(app.engine.inner().limits.memory).build(),
        };
        let mut store = Store::new(component.code.engine(), state);
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
