//! Cron bindings.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::component::Component;
use crate::config::duration;

/// A route and the interval at which it is called.
#[derive(Debug)]
pub struct Cron {
    pub route: String,
    pub interval: Duration,
}

impl Cron {
    pub const KIND: &str = "bindings.cron";

    pub fn parse(component: &Component) -> Result<Self> {
        let name = &component.name;
        // With several scopes, each of their sidecars would call the route.
        ensure!(component.scopes.len() == 1, "{name} must have one scope");
        let schedule = component.literal("schedule").with_context(|| format!("{name} has no schedule"))?;
        let Some(interval) = schedule.strip_prefix("@every ") else {
            bail!("{name}: the schedule `{schedule}` is not supported: write it as `@every 5m`");
        };
        let route = component.literal("route").map_or_else(|| format!("/{name}"), str::to_owned);
        Ok(Self { route, interval: duration::parse(interval)? })
    }
}
