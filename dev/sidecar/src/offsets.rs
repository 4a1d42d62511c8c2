//! How far each consumer has come.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What was taken in this time may come again after a crash.
const WRITTEN_EVERY: Duration = Duration::from_millis(200);

/// How far each consumer has come in each partition.
#[derive(Clone, Debug)]
pub struct Offsets(Arc<Mutex<BTreeMap<String, u64>>>);

impl Offsets {
    /// Reads them, and keeps the file up to date until it is told to stop.
    pub fn open(path: &Path, tasks: &TaskTracker, stop: CancellationToken) -> Result<Self> {
        let known = match std::fs::read(path) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let offsets = Self(Arc::new(Mutex::new(known)));
        tasks.spawn(offsets.clone().keep(path.to_owned(), stop));
        Ok(offsets)
    }

    /// How far a consumer has come; the beginning where it is new.
    pub fn of(&self, place: &str) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(place).copied().unwrap_or(0)
    }

    /// It has come that far.
    pub fn set(&self, place: &str, position: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned(), position);
    }

    async fn keep(self, path: PathBuf, stop: CancellationToken) {
        let mut written = BTreeMap::new();
        let mut is_last = false;
        while !is_last {
            is_last = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(WRITTEN_EVERY) => false,
            };
            let now = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if now == written {
                continue;
            }
            let beside = path.with_extension("new");
            let text = serde_json::to_vec(&now).unwrap_or_default();
            if let Err(error) = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &path)) {
                eprintln!("error: cannot write {}: {error}", path.display());
            }
            written = now;
        }
    }
}
