//! What there is, for those who ask.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::component::Component;
use crate::configuration::Configuration;
use crate::secrets::Secrets;
use crate::smtp::Smtp;
use crate::state::State;

/// The description; an error where a component would mean something to Dapr and nothing here.
pub fn of(components: &[Component]) -> Result<Value> {
    const KNOWN: [&str; 6] =
        ["bindings.cron", "pubsub.kafka", Configuration::KIND, Secrets::KIND, Smtp::KIND, State::KIND];
    if let Some(other) = components.iter().find(|component| !KNOWN.contains(&component.kind.as_str())) {
        bail!("the component {} is of the type {}, which this sidecar does not know", other.name, other.kind);
    }
    let components: Vec<_> = components
        .iter()
        .map(|one| json!({ "name": one.name, "type": one.kind, "version": one.version, "capabilities": [] }))
        .collect();
    Ok(json!({ "id": "taskflow", "runtimeVersion": "1.14.0-embedded", "components": components }))
}
