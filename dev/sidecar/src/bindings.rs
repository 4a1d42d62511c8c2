//! Output bindings: what is sent to the world.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Failure, broken, empty};
use crate::call::Call;
use crate::component::Component;
use crate::secrets::Secrets;
use crate::smtp::Smtp;

/// The output bindings, by name.
pub struct Bindings(BTreeMap<String, Smtp>);

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
    pub fn open(components: &[Component], secrets: &Secrets) -> Result<Self> {
        let of_kind = components.iter().filter(|component| component.kind == Smtp::KIND);
        of_kind
            .map(|component| Ok((component.name.clone(), Smtp::open(component, secrets)?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    pub async fn invoke(&self, name: &str, call: &Call) -> Result<Answer, Failure> {
        let Order { operation, data, metadata } = call.json()?;
        let done = match (operation.as_str(), self.0.get(name)) {
            ("", _) => Err("operation field is missing from request".into()),
            (_, None) => Err(format!("couldn't find output binding {name}")),
            ("create", Some(smtp)) => smtp.send(&metadata.unwrap_or_default(), &data).await,
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
