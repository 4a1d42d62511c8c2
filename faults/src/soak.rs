//! A soak: what host, sidecar and database use over hours, and whether that grows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use operations::DatabaseUrl;
use tokio::task::JoinHandle;
use workload::process;

use crate::installation::Processes;

const INTERVAL: Duration = Duration::from_secs(10);
/// Fewer samples say nothing.
const FEWEST: usize = 20;
/// Growth from which on something leaks, and the least number of MiB, files or connections, as small ones
/// vary.
const LEAK: f64 = 1.1;
const LEAST: f64 = 2.0;

const CONNECTIONS: &str = "select count(*) from pg_stat_activity where datname = current_database()";

/// Sampler of a running installation. Dropping it ends the sampling.
pub struct Soak {
    samples: Arc<Mutex<Samples>>,
    sampling: JoinHandle<()>,
}

/// Samples of each quantity, in order.
type Samples = BTreeMap<&'static str, Vec<f64>>;

impl Soak {
    /// Begins to sample.
    pub fn begin(processes: Processes, database: DatabaseUrl) -> Self {
        let samples = Arc::<Mutex<Samples>>::default();
        let sampling = tokio::spawn(sample(processes, database, Arc::clone(&samples)));
        Self { samples, sampling }
    }

    /// Describes each quantity: its median in the second tenth of the time and in the last, and true if it
    /// leaks.
    pub fn verdict(&self) -> Vec<(String, bool)> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples
            .iter()
            .filter(|(_, values)| values.len() >= FEWEST)
            .map(|(name, values)| {
                let tenth = values.len() / 10;
                let first = median(&values[tenth..2 * tenth]);
                let last = median(&values[values.len() - tenth..]);
                let leaks = last > first * LEAK && last - first > LEAST;
                let grew = if leaks { ": it leaks" } else { "" };
                (format!("{name}: {first:.0} at first, {last:.0} in the end{grew}"), leaks)
            })
            .collect()
    }
}

impl Drop for Soak {
    fn drop(&mut self) {
        self.sampling.abort();
    }
}

/// Takes samples at each interval. What cannot be read, as its process or the database is away, is left out.
async fn sample(processes: Processes, database: DatabaseUrl, samples: Arc<Mutex<Samples>>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let connections = match database.connect().await {
            Ok(client) => {
                client.query_one(CONNECTIONS, &[]).await.map(|row| row.get::<_, i64>(0) as f64).ok()
            }
            Err(_) => None,
        };
        let [host, sidecar] = *processes.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = |id: Option<u32>| process::memory(id?).map(|size| size as f64).ok();
        let files = |id: Option<u32>| process::open_files(id?).map(|count| count as f64).ok();
        let mut samples = samples.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in [
            ("MiB of the host", memory(host)),
            ("MiB of the sidecar", memory(sidecar)),
            ("open files of the host", files(host)),
            ("open files of the sidecar", files(sidecar)),
            ("connections to the database", connections),
        ] {
            samples.entry(name).or_default().extend(value);
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
