//! Topics and their partitions.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::config::Topic;
use crate::log::Log;

/// Partitions and retention of each topic, by name.
#[derive(Debug)]
pub struct Topics(BTreeMap<String, (Vec<Arc<Log>>, Duration)>);

impl Topics {
    /// Opens all topics and deletes expired events.
    pub fn open(declared: &[Topic], folder: &Path) -> Result<Self> {
        let mut topics = BTreeMap::new();
        for topic in declared {
            let logs = (0..topic.partitions)
                .map(|number| Log::open(&folder.join(&topic.name).join(number.to_string())).map(Arc::new))
                .collect::<Result<Vec<_>>>()?;
            topics.insert(topic.name.clone(), (logs, topic.retention));
        }
        let topics = Self(topics);
        topics.delete_expired()?;
        Ok(topics)
    }

    /// Deletes events that are older than the retention of their topic.
    pub fn delete_expired(&self) -> Result<()> {
        for (logs, retention) in self.0.values() {
            logs.iter().try_for_each(|log| log.delete_expired(*retention))?;
        }
        Ok(())
    }

    /// Returns the partitions of a topic, or `None` if it is not declared.
    pub fn partitions(&self, topic: &str) -> Option<&[Arc<Log>]> {
        self.0.get(topic).map(|(logs, _)| logs.as_slice())
    }

    /// Appends events with their keys to a topic, each as one line of JSON. Events with the same key stay in
    /// order.
    pub async fn publish(&self, topic: &str, events: &[(String, String)]) -> Result<()> {
        let logs = self.partitions(topic).context("the topic is not declared")?;
        let mut lines: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for (key, event) in events {
            let lines = lines.entry(partition(key, logs.len())).or_default();
            lines.extend_from_slice(event.as_bytes());
            lines.push(b'\n');
        }
        let writes: Vec<_> = lines
            .into_iter()
            .map(|(number, lines)| {
                let log = Arc::clone(&logs[number]);
                tokio::task::spawn_blocking(move || log.append(&lines))
            })
            .collect();
        for write in writes {
            write.await??;
        }
        Ok(())
    }
}

/// Returns the partition of a key (FNV-1a).
fn partition(key: &str, partitions: usize) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash % partitions as u64) as usize
}
