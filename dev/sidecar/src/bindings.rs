//! Output bindings: what is sent to the world.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use crate::answer::{Answer, Failure, broken, empty};
use crate::call::Call;
use crate::component::Component;
use crate::secrets::Secrets;
use crate::smtp::Smtp;

/// The output bindings, by name, and how long a call of each may take.
pub struct Bindings(BTreeMap<String, (Smtp, Duration)>);

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    operation: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

impl Bindings {
    /// Opens them. Where nothing is said of how long a call may take, it is not ended.
    pub fn open(components: &[Component], secrets: &Secrets, within: &BTreeMap<String, Duration>) -> Result<Self> {
        let mut bindings = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Smtp::KIND) {
            let within = within.get(&component.name).copied().unwrap_or(Duration::MAX);
            bindings.insert(component.name.clone(), (Smtp::open(component, secrets)?, within));
        }
        Ok(Self(bindings))
    }

    pub async fn invoke(&self, name: &str, call: &Call) -> Result<Answer, Failure> {
        let Order { operation, data, metadata } = call.json()?;
        let metadata = metadata.unwrap_or_default();
        let done = match (operation.as_str(), self.0.get(name)) {
            ("", _) => Err("operation field is missing from request".into()),
            (_, None) => Err(format!("couldn't find output binding {name}")),
            ("create", Some((smtp, within))) => {
                let sent = timeout(*within, smtp.send(&metadata, &data)).await;
                sent.unwrap_or_else(|_| Err("context deadline exceeded".into()))
            }
            (other, Some(_)) => {
                Err(format!("binding {name} does not support operation {other}. supported operations:create"))
            }
        };
        match done {
            Ok(()) => Ok(empty()),
            Err(why) => broken("ERR_INVOKE_OUTPUT_BINDING", format!("error invoking output binding {name}: {why}")),
        }
    }
}
