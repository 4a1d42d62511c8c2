//! Offsets of the consumers: how much of each partition they have processed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Interval at which the file is written. After a crash, events of the last interval are delivered again.
const WRITE_INTERVAL: Duration = Duration::from_millis(200);

/// Offsets by consumer and partition, such as `audit/task-events/0`.
#[derive(Clone, Debug)]
pub struct Offsets(Arc<Mutex<BTreeMap<String, u64>>>);

impl Offsets {
    /// Reads the file, and then writes all changes to it until `stop` is cancelled.
    pub fn open(path: &Path, tasks: &TaskTracker, stop: CancellationToken) -> Result<Self> {
        let offsets = match std::fs::read(path) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let offsets = Self(Arc::new(Mutex::new(offsets)));
        tasks.spawn(offsets.clone().write_changes(path.to_owned(), stop));
        Ok(offsets)
    }

    /// Returns a consumer's offset in a partition, 0 if it is new.
    pub fn get(&self, consumer: &str) -> u64 {
        self.lock().get(consumer).copied().unwrap_or(0)
    }

    pub fn set(&self, consumer: &str, offset: u64) {
        self.lock().insert(consumer.to_owned(), offset);
    }

    async fn write_changes(self, path: PathBuf, stop: CancellationToken) {
        let mut written = BTreeMap::new();
        let mut is_stopping = false;
        while !is_stopping {
            is_stopping = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(WRITE_INTERVAL) => false,
            };
            let current = self.lock().clone();
            if current == written {
                continue;
            }
            if let Err(error) = write(&path, &current) {
                eprintln!("error: cannot write {}: {error}", path.display());
            }
            written = current;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces the file at once, so that a crash leaves either the old offsets or the new.
fn write(path: &Path, offsets: &BTreeMap<String, u64>) -> std::io::Result<()> {
    let temporary = path.with_extension("new");
    std::fs::write(&temporary, serde_json::to_vec(offsets)?)?;
    std::fs::rename(&temporary, path)
}
