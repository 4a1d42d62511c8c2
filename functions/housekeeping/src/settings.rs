//! `POST /internal/settings`, called by a cron binding

use domain::{SETTINGS, Setting, SettingSpec};
use serde::Serialize;
use serde_json::json;
use store::{Fault, Refusal, statement};
use web::{Problem, Request, Response, log};

/// Name of the configuration store.
const STORE: &str = "settings";

/// Configured value of a key, with the result of parsing it.
#[derive(Serialize)]
struct ConfiguredSetting<'a> {
    key: &'a str,
    /// Configured value, or `None` if the key is not set.
    value: Option<&'a str>,
    /// Parsed setting, or `None` if the value is invalid: then the previous setting stays in force.
    setting: Option<Setting>,
    problem: Option<String>,
}

/// Reads the configuration, and applies the changes since the last time.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let client = request.service("housekeeping", None);
    let configured = dapr::configuration(STORE)
        .map_err(|error| Problem::caused_by(Fault::caused_by("the settings cannot be read", error)))?;
    let mut said = Vec::new();
    for spec in SETTINGS {
        let value = configured.get(spec.key).map(String::as_str);
        let parsed = spec.parse(value.unwrap_or(spec.default));
        said.push(ConfiguredSetting {
            key: spec.key,
            value,
            problem: parsed.as_ref().err().map(ToString::to_string),
            setting: parsed.ok(),
        });
    }
    for (key, value) in configured.iter().filter(|(key, _)| SettingSpec::find(key).is_none()) {
        said.push(ConfiguredSetting {
            key,
            value: Some(value),
            setting: None,
            problem: Some("is not a setting".to_owned()),
        });
    }
    // The statement returns the keys that have changed since the last run.
    let changed = client.rows(statement!("apply.sql"), &json!({ "settings": said }))?;
    for key in &changed {
        let key: String =
            serde_json::from_str(key).map_err(|error| Refusal::unreadable("the key of a setting", error))?;
        match said.iter().find(|one| one.key == key).and_then(|one| one.problem.as_ref()) {
            Some(problem) => {
                let detail = format!("{key} {problem}");
                let message = "a setting is invalid; the previous value stays in force";
                log::warn("housekeeping", request.correlation_id(), message, ("cause", &detail));
            }
            None => log::info(
                "housekeeping",
                request.correlation_id(),
                "a setting has changed",
                ("setting", &key),
            ),
        }
    }
    Ok(Response::json(200, json!({ "changed": changed.len() }).to_string()))
}
