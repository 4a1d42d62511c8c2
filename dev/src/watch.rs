//! Waiting for changes of the functions' files.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::files;
use crate::project;

/// Polling interval. Reading the modification times of a few hundred files costs next to nothing.
const INTERVAL: Duration = Duration::from_millis(500);

/// Modification times of the files, as last seen.
pub struct Watch(Vec<(PathBuf, SystemTime)>);

impl Watch {
    /// Reads the modification times.
    pub fn begin() -> anyhow::Result<Self> {
        read_times().map(Self)
    }

    /// Waits for a change, and then until there is none for one interval.
    pub async fn changed(&mut self) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let times = read_times()?;
            if times != self.0 {
                let mut last = times;
                loop {
                    tokio::time::sleep(INTERVAL).await;
                    let now = read_times()?;
                    if now == last {
                        break;
                    }
                    last = now;
                }
                self.0 = last;
                return Ok(());
            }
        }
    }
}

fn read_times() -> anyhow::Result<Vec<(PathBuf, SystemTime)>> {
    let mut times = Vec::new();
    for folder in ["crates", "functions", "migrations"] {
        for path in files::find_below(&project::root().join(folder), &["rs", "sql", "toml", "json"])? {
            // A file that was deleted since is missing from the list, which is a change, too.
            if let Ok(time) = path.metadata().and_then(|metadata| metadata.modified()) {
                times.push((path, time));
            }
        }
    }
    let manifest = project::manifest();
    let time = manifest.metadata()?.modified()?;
    times.push((manifest, time));
    Ok(times)
}
