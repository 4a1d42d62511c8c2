//! Topics, as `topics.yaml` declares them.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;

use crate::config::{duration, yaml};

/// Declaration of a topic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Name of the topic.
    pub name: String,
    /// Number of partitions.
    pub partitions: usize,
    #[serde(rename = "replication")]
    _replication: u32,
    /// Time for which an event is kept.
    #[serde(deserialize_with = "duration::deserialize")]
    pub retention: Duration,
}

#[derive(Deserialize)]
struct File {
    topics: Vec<Topic>,
}

/// Reads the topics of a folder's `topics.yaml`.
pub fn read_topics(folder: &Path) -> Result<Vec<Topic>> {
    let File { topics } = yaml::read_document(&folder.join("topics.yaml"))?;
    Ok(topics)
}
