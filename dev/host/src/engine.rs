//! Compiler, instance pool and epoch clock, shared by any number of servers.

mod components;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Cache, Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings;
use crate::instance::State;

use components::Components;

/// Time that a guest may compute before it yields to others.
const TIME_SLICE: Duration = Duration::from_millis(10);

/// Limits of a running app.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Concurrent instances, including those of open streams. A request beyond the limit gets a 500, as in
    /// Spin.
    pub instances: u32,
    /// Bytes of linear memory of an instance.
    pub memory: usize,
    /// Seconds until the head of the response, and again for work after its body.
    pub request_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { instances: 1000, memory: 256 << 20, request_seconds: 30 }
    }
}

/// Compiler of components and owner of the memory that their instances use. Clones share both.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub(crate) struct Inner {
    pub limits: Limits,
    pub components: Components,
}

impl Engine {
    /// Creates an engine with room for `limits`. It reserves address space, not memory.
    pub fn new(limits: Limits) -> Result<Self> {
        // Without a cache folder (no home, a read-only disk) starting takes longer, and nothing else changes.
        let cache = Cache::from_file(None).ok();
        let engine = wasmtime::Engine::new(&config(&limits, cache.clone()))?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        bindings::Functions::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        start_epoch_clock(&engine)?;
        Ok(Self(Arc::new(Inner { limits, components: Components::new(engine, linker, cache) })))
    }

    /// Returns the number of components that this engine had to compile because no compiled copy was on disk.
    pub fn compilations(&self) -> usize {
        self.0.components.compilations()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

fn config(limits: &Limits, cache: Option<Cache>) -> Config {
    let count = limits.instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_memories(count)
        .total_stacks(count)
        .total_tables(2 * count)
        .total_core_instances(4 * count)
        .table_elements(100_000)
        .max_memory_size(limits.memory)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_unused_warm_slots(64)
        // Memory that an instance has touched is zeroed in place up to these sizes, which is cheaper than
        // returning pages and faulting them in again for the next request. Letting the kernel report the
        // touched pages, where it can, saves another third of the time of a request.
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .memory_init_cow(true)
        .cache(cache);
    config
}

/// Starts the clock that interrupts guests. It stops when the engine is dropped.
fn start_epoch_clock(engine: &wasmtime::Engine) -> Result<()> {
    let engine = engine.weak();
    thread::Builder::new().name("epoch-clock".into()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TIME_SLICE);
        }
    })?;
    Ok(())
}
