//! Compiled components. Wasmtime caches compiled code on disk, by content and compiler settings, across
//! processes and up to 512 MiB. Memory keeps the newest version of each file, so that a hundred tests of one
//! process load it once.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use anyhow::{Context, Result};
use wasmtime::component::{Component, Linker};
use wasmtime::{Cache, Engine};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::instance::State;

/// Modification time and length of a file, which change with its content.
type Version = (SystemTime, u64);

pub struct Components {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Cache>,
    loaded: Mutex<HashMap<PathBuf, (Version, ProxyPre<State>)>>,
}

impl Components {
    pub fn new(engine: Engine, linker: Linker<State>, cache: Option<Cache>) -> Self {
        Self { engine, linker, cache, loaded: Mutex::default() }
    }

    pub fn compilations(&self) -> usize {
        self.cache.as_ref().map_or(0, Cache::cache_misses)
    }

    /// Returns the component in a file, compiled and linked. Blocks while it compiles.
    pub fn load(&self, file: &Path) -> Result<ProxyPre<State>> {
        let unreadable = || format!("cannot read {}", file.display());
        let metadata = file.metadata().with_context(unreadable)?;
        let (path, version) = (file.canonicalize()?, (metadata.modified()?, metadata.len()));
        let mut loaded = self.loaded.lock().expect("the lock is not poisoned");
        if let Some((_, component)) = loaded.get(&path).filter(|(known, _)| *known == version) {
            return Ok(component.clone());
        }
        let bytes = std::fs::read(file).with_context(unreadable)?;
        let component = self
            .compile(&bytes)
            .and_then(|component| self.linker.instantiate_pre(&component))
            .and_then(ProxyPre::new)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("{} is not a component that this host can run", file.display()))?;
        loaded.insert(path, (version, component.clone()));
        Ok(component)
    }

    /// One process at a time compiles, with all cores, so that processes that start together do not all
    /// compile the same: those that wait find the result in the cache.
    fn compile(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        let folder = self.cache.as_ref().and_then(|cache| File::open(cache.directory()).ok());
        let _locked_until_dropped = folder.filter(|folder| folder.lock().is_ok());
        Component::from_binary(&self.engine, bytes)
    }
}
