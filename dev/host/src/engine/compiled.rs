//! Components that are compiled already, by file. Wasmtime keeps compiled code on disk across processes; this keeps it
//! in memory across the servers of one process, so that a hundred tests map it once.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use anyhow::{Context, Result};
use wasmtime::component::Component;

use super::{Inner, State};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

/// A file as it was: changed contents come with another time or length.
type Version = (PathBuf, SystemTime, u64);

pub struct Compiled {
    engine: wasmtime::Engine,
    known: Mutex<HashMap<Version, ProxyPre<State>>>,
}

impl Compiled {
    pub fn new(engine: wasmtime::Engine) -> Self {
        Self { engine, known: Mutex::default() }
    }
}

impl Inner {
    /// The component of a file, compiled and linked. Blocks for as long as that takes.
    pub fn compile(&self, file: &Path) -> Result<ProxyPre<State>> {
        let unreadable = || format!("{} cannot be read", file.display());
        let metadata = file.metadata().with_context(unreadable)?;
        let version = (file.canonicalize()?, metadata.modified()?, metadata.len());
        let mut known = self.compiled.known.lock().expect("no holder panics");
        if let Some(ready) = known.get(&version) {
            return Ok(ready.clone());
        }
        let bytes = std::fs::read(file).with_context(unreadable)?;
        let ready = Component::from_binary(&self.compiled.engine, &bytes)
            .and_then(|component| self.linker.instantiate_pre(&component))
            .and_then(ProxyPre::new)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("{} is no component that this host can run", file.display()))?;
        known.insert(version, ready.clone());
        Ok(ready)
    }
}
