//! Waiting for a file of the functions to change.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::files;
use crate::project;

/// Looks at the times of a hundred files or so, which costs next to nothing, twice a second.
const PAUSE: Duration = Duration::from_millis(500);

/// What the files were like when last looked at.
pub struct Watch(Vec<(PathBuf, SystemTime)>);

impl Watch {
    /// Looks for the first time.
    pub fn begin() -> anyhow::Result<Self> {
        look().map(Self)
    }

    /// Returns when something is different, and has stayed so for a moment.
    pub async fn changed(&mut self) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(PAUSE).await;
            let seen = look()?;
            if seen != self.0 {
                let mut last = seen;
                loop {
                    tokio::time::sleep(PAUSE).await;
                    let now = look()?;
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

fn look() -> anyhow::Result<Vec<(PathBuf, SystemTime)>> {
    let mut seen = Vec::new();
    for folder in ["crates", "functions", "migrations"] {
        for path in files::below(&project::root().join(folder), &["rs", "sql", "toml", "json"])? {
            // A file that is gone by now is a change that the next look finds.
            if let Ok(time) = path.metadata().and_then(|metadata| metadata.modified()) {
                seen.push((path, time));
            }
        }
    }
    let manifest = project::manifest();
    let time = manifest.metadata()?.modified()?;
    seen.push((manifest, time));
    Ok(seen)
}
