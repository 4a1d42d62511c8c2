//! The part that many servers share: the compiler, the pool of instances and the clock that interrupts guests.

mod compiled;
mod state;

use std::{sync::Arc, thread, time::Duration};

use anyhow::Result;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{HasSelf, Linker},
};

pub(crate) use state::State;

use crate::bindings;
use compiled::Compiled;

/// How long a guest may compute before others get their turn.
const TURN: Duration = Duration::from_millis(10);

/// What a running app may use of the machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Instances at the same time, those of open streams included. One more is an empty 500, as in Spin.
    pub instances: u32,
    /// Bytes of linear memory of one instance.
    pub memory: usize,
    /// Seconds until the head of the response, and again for work after its body.
    pub request_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { instances: 1000, memory: 256 << 20, request_seconds: 30 }
    }
}

/// Compiles components and holds the memory that they run in. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub(crate) struct Inner {
    pub limits: Limits,
    pub linker: Linker<State>,
    compiled: Compiled,
}

impl Engine {
    /// An engine with room for `limits`. Reserves address space, not memory.
    pub fn new(limits: Limits) -> Result<Self> {
        let engine = wasmtime::Engine::new(&config(&limits))?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        bindings::Functions::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        tick(&engine)?;
        Ok(Self(Arc::new(Inner { limits, linker, compiled: Compiled::new(engine) })))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

fn config(limits: &Limits) -> Config {
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
        // What an instance has touched is zeroed by hand up to here, which is cheaper than giving pages back and
        // faulting them in again for the next request. Asking the kernel which pages those are, where it can tell,
        // saves another third of the time that a request takes.
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .memory_init_cow(true)
        // Without a folder for it (no home, a read-only disk) a start takes longer, and nothing else changes.
        .cache(wasmtime::Cache::from_file(None).ok());
    config
}

/// Ends with the engine that it ticks for.
fn tick(engine: &wasmtime::Engine) -> Result<()> {
    let engine = engine.weak();
    thread::Builder::new().name("guest-turns".into()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TURN);
        }
    })?;
    Ok(())
}
