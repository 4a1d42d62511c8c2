//! Time limits and retries.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::config::duration;

/// Policies for deliveries and for calls of output bindings.
#[derive(Debug)]
pub struct Resiliency {
    pub delivery_retry: Retry,
    pub delivery_timeout: Duration,
    /// Time limits for calls of output bindings, by name.
    pub binding_timeouts: BTreeMap<String, Duration>,
}

/// Number of retries and the delays before them.
#[derive(Clone, Debug)]
pub struct Retry {
    pub is_exponential: bool,
    pub first_delay: Duration,
    pub max_delay: Duration,
    /// `None` if there is no limit.
    pub max_retries: Option<u32>,
}

/// Policies of an output binding. All others that Dapr has are rejected, as the sidecar would ignore them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BindingTarget {
    outbound: Outbound,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outbound {
    timeout: String,
}

impl Default for Resiliency {
    fn default() -> Self {
        let delay = Duration::from_secs(5);
        Self {
            delivery_retry: Retry {
                is_exponential: false,
                first_delay: delay,
                max_delay: delay,
                max_retries: None,
            },
            delivery_timeout: Duration::from_secs(60),
            binding_timeouts: BTreeMap::new(),
        }
    }
}

impl Resiliency {
    /// Applies the `spec` of a `Resiliency`.
    pub fn apply(&mut self, spec: &Value) -> Result<()> {
        let (policies, targets) = (&spec["policies"], &spec["targets"]["components"]);
        let timeout = |name: &str| -> Result<Duration> {
            let timeout = policies["timeouts"][name].as_str();
            duration::parse(timeout.with_context(|| format!("there is no timeout {name}"))?)
        };
        let inbound = &targets["pubsub"]["inbound"];
        if let Some(name) = inbound["timeout"].as_str() {
            self.delivery_timeout = timeout(name)?;
        }
        if let Some(name) = inbound["retry"].as_str() {
            self.delivery_retry = Retry::parse(&policies["retries"][name])?;
        }
        let bindings = targets.as_object().into_iter().flatten().filter(|(name, _)| *name != "pubsub");
        for (name, target) in bindings {
            let BindingTarget { outbound } =
                BindingTarget::deserialize(target).with_context(|| format!("the target {name}"))?;
            self.binding_timeouts.insert(name.clone(), timeout(&outbound.timeout)?);
        }
        Ok(())
    }
}

impl Retry {
    fn parse(policy: &Value) -> Result<Self> {
        let is_exponential = policy["policy"] == "exponential";
        let delay = |member: &str, default| policy[member].as_str().map_or(Ok(default), duration::parse);
        let first_delay = if is_exponential {
            Duration::from_millis(500)
        } else {
            delay("duration", Duration::from_secs(5))?
        };
        let max_delay = delay("maxInterval", Duration::from_secs(60))?.max(first_delay);
        let max_retries = policy["maxRetries"].as_i64().and_then(|retries| u32::try_from(retries).ok());
        Ok(Self { is_exponential, first_delay, max_delay, max_retries })
    }

    /// Returns the delay before the next attempt, or `None` after the last.
    pub fn delay(&self, failures: u32) -> Option<Duration> {
        if self.max_retries.is_some_and(|max_retries| failures > max_retries) {
            return None;
        }
        let factor = if self.is_exponential { 1.5_f64.powi(failures.min(60) as i32 - 1) } else { 1.0 };
        Some(self.first_delay.mul_f64(factor).min(self.max_delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_maximum_and_end_after_the_last_retry() {
        let retry = Retry {
            is_exponential: true,
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(1),
            max_retries: Some(3),
        };
        let delays: Vec<_> =
            (1..=4).map(|failures| retry.delay(failures).map(|delay| delay.as_millis())).collect();
        assert_eq!(delays, [Some(500), Some(750), Some(1000), None]);
    }
}
