//! Output bindings. The only type is SMTP.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use crate::component::Component;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, internal_error, no_content};
use crate::secrets::SecretStores;
use crate::smtp::Smtp;

/// Output bindings by name, each with the time limit of a call.
pub struct OutputBindings(BTreeMap<String, (Smtp, Duration)>);

#[derive(Deserialize)]
struct Invocation {
    #[serde(default)]
    operation: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

impl OutputBindings {
    /// Opens the output bindings among the components. Calls of a binding that is not in `time_limits` have
    /// no limit.
    pub fn open(
        components: &[Component],
        secrets: &SecretStores,
        time_limits: &BTreeMap<String, Duration>,
    ) -> Result<Self> {
        let mut bindings = BTreeMap::new();
        for component in components.iter().filter(|component| component.kind == Smtp::KIND) {
            let time_limit = time_limits.get(&component.name).copied().unwrap_or(Duration::MAX);
            bindings.insert(component.name.clone(), (Smtp::open(component, secrets)?, time_limit));
        }
        Ok(Self(bindings))
    }

    pub async fn invoke(&self, name: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let Invocation { operation, data, metadata } = request.json()?;
        let metadata = metadata.unwrap_or_default();
        let result = match (operation.as_str(), self.0.get(name)) {
            ("", _) => Err(anyhow!("operation field is missing from request")),
            (_, None) => Err(anyhow!("couldn't find output binding {name}")),
            ("create", Some((smtp, time_limit))) => {
                let sent = timeout(*time_limit, smtp.send(&metadata, &data)).await;
                sent.unwrap_or_else(|_| Err(anyhow!("context deadline exceeded")))
            }
            (other, Some(_)) => {
                Err(anyhow!("binding {name} does not support operation {other}. supported operations:create"))
            }
        };
        match result {
            Ok(()) => Ok(no_content()),
            Err(error) => internal_error(
                "ERR_INVOKE_OUTPUT_BINDING",
                format!("error invoking output binding {name}: {error:#}"),
            ),
        }
    }
}
