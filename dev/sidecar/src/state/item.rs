//! An item to save, as a request has it.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Item {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub value: Value,
    etag: Option<String>,
    pub metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    concurrency: String,
    consistency: String,
}

impl Item {
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|etag| !etag.is_empty())
    }

    /// True if the item may only be created, and not replaced.
    pub fn is_first_write(&self) -> bool {
        self.options.concurrency == "first-write"
    }

    pub fn check_options(&self) -> Result<()> {
        let Options { concurrency, consistency } = &self.options;
        let is_known = ["", "first-write", "last-write"].contains(&concurrency.as_str());
        ensure!(is_known, "unrecognized concurrency model '{concurrency}'");
        let is_known = ["", "strong", "eventual"].contains(&consistency.as_str());
        ensure!(is_known, "unrecognized consistency model '{consistency}'");
        Ok(())
    }

    /// Returns the time to live in seconds, or `None` if the item does not expire.
    pub fn ttl(&self) -> Result<Option<f64>> {
        let text = self.metadata.as_ref().and_then(|metadata| metadata.get("ttlInSeconds"));
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
        match text.parse::<i32>() {
            Ok(seconds) if seconds >= -1 => Ok((seconds > 0).then_some(seconds.into())),
            _ => {
                bail!("error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater")
            }
        }
    }
}
