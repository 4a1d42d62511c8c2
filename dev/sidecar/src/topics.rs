//! All topics, with their partitions.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::config::Topic;
use crate::log::Log;

/// All topics.
#[derive(Debug)]
pub struct Topics(BTreeMap<String, (Vec<Arc<Log>>, Duration)>);

impl Topics {
    /// Opens them, and forgets what is older than they keep.
    pub fn open(declared: &[Topic], folder: &Path) -> Result<Self> {
        let mut topics = BTreeMap::new();
        for topic in declared {
            let logs = (0..topic.partitions)
                .map(|number| Log::open(&folder.join(&topic.name).join(number.to_string())).map(Arc::new))
                .collect::<Result<Vec<_>>>()?;
            topics.insert(topic.name.clone(), (logs, topic.retention));
        }
        let topics = Self(topics);
        topics.forget()?;
        Ok(topics)
    }

    /// Forgets what is older than the topics keep.
    pub fn forget(&self) -> Result<()> {
        for (logs, retention) in self.0.values() {
            logs.iter().try_for_each(|log| log.forget(*retention))?;
        }
        Ok(())
    }

    /// The partitions of a topic.
    pub fn partitions(&self, topic: &str) -> Option<&[Arc<Log>]> {
        self.0.get(topic).map(|(logs, _)| logs.as_slice())
    }

    /// Adds events with their keys to a topic, each as one line of JSON; those of one key stay in order. False where there is
    /// no such topic.
    pub async fn publish(&self, topic: &str, events: &[(String, String)]) -> std::io::Result<bool> {
        let Some(logs) = self.partitions(topic) else { return Ok(false) };
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
            write.await.map_err(std::io::Error::other)??;
        }
        Ok(true)
    }
}

/// Which partition a key belongs to (FNV-1a).
fn partition(key: &str, partitions: usize) -> usize {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash % partitions as u64) as usize
}
